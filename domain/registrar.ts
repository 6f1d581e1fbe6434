import { isBelow } from "./hostname.ts";
import { limits } from "./limits.ts";

/** A registered domain, whose zone is in the registrar's account. */
export interface Apex {
	/** Canonical. */
	name: string;
	/** All that may issue certificates for it and for what is below it, as CAA names them, e.g. `amazon.com`. */
	certificateAuthorities: readonly string[];
	/** False: the world is told that no mail comes from it, and none is taken. */
	sendsMail: boolean;
}

/** One name that the registrar lets a workload account delegate to itself. */
export interface Delegation {
	/** The delegated zone: the platform domain of one environment of one application. Canonical. */
	name: string;
	/** Id of the workload account. */
	account: string;
	/** The stack there that owns the zone. */
	stack: string;
}

/** What the registrar's account holds. */
export interface Registrar {
	apexes: readonly Apex[];
	delegations: readonly Delegation[];
}

/** The role of the registrar's account that delegates a name, e.g. `hostmaster-delegation-app-example-com`. */
export function delegationRoleName(name: string): string {
	return `hostmaster-delegation-${name.replaceAll(".", "-")}`;
}

/** The ARN of {@link delegationRoleName}. */
export function delegationRoleArn(registrarAccount: string, name: string): string {
	return `arn:aws:iam::${registrarAccount}:role/${delegationRoleName(name)}`;
}

/** The only role of a workload account that the registrar trusts: that of the stack's function delegateZone. */
export function delegatorRoleName(stack: string): string {
	return `${stack}-delegate-zone`;
}

/** The apex that a name is below, if any. */
export function apexOf<A extends Pick<Apex, "name">>(name: string, apexes: readonly A[]): A | undefined {
	return apexes.find((apex) => isBelow(name, apex.name));
}

/** A broken rule, and which entry breaks it. */
export interface RegistrarFlaw {
	list: "apexes" | "delegations";
	at: number;
	message: string;
}

/**
 * What is wrong with the registrar's values; nothing when they are sound. A name has one owner (R14), no apex is handed out (R5), and
 * a zone cannot delegate below what it has delegated (RFC 1034 §4.2.1).
 */
export function registrarFlaws({ apexes, delegations }: Registrar): RegistrarFlaw[] {
	return [
		...apexes.flatMap((apex, at): RegistrarFlaw[] => {
			const message = flawOfApex(apex, apexes.slice(0, at), apexes);
			return message === undefined ? [] : [{ list: "apexes", at, message }];
		}),
		...delegations.flatMap((delegation, at): RegistrarFlaw[] => {
			const message = flawOfDelegation(delegation, apexes, delegations.slice(0, at));
			return message === undefined ? [] : [{ list: "delegations", at, message }];
		}),
	];
}

function flawOfApex({ name }: Apex, earlier: readonly Apex[], all: readonly Apex[]): string | undefined {
	if (earlier.some((apex) => apex.name === name)) return `'${name}' is listed already`;
	const above = apexOf(name, all);
	return above && `'${name}' is below the apex '${above.name}': a name in it, and no registered domain`;
}

function flawOfDelegation(
	{ name, account }: Delegation,
	apexes: readonly Apex[],
	earlier: readonly Delegation[],
): string | undefined {
	if (apexes.some((apex) => apex.name === name)) return `'${name}' is an apex: it is never delegated as a whole`;
	if (!apexOf(name, apexes)) return `'${name}' is below none of the apexes`;
	const same = earlier.find((other) => other.name === name);
	if (same) return `'${name}' is delegated to account ${same.account} already: a name has one owner`;
	const around = earlier.find((other) => isBelow(name, other.name) || isBelow(other.name, name));
	if (around) {
		const whose = around.account === account ? "the same account" : `account ${around.account}`;
		return `'${name}' and '${around.name}' of ${whose} lie one below the other: the apex cannot delegate both`;
	}
	const role = delegationRoleName(name);
	const twin = earlier.find((other) => delegationRoleName(other.name) === role);
	if (twin) return `'${name}' and '${twin.name}' would share the role ${role}`;
	const longest = limits.iamRoleName.value;
	return role.length > longest ? `'${name}' makes a role's name of more than ${longest} characters` : undefined;
}

/** What a stage's values must agree with the registrar's in. */
export interface DelegatedStage {
	/** Id of the stage's account. */
	account: string;
	stack: string;
	platformDomain: string;
	apexDomain: string;
	/** ARN; '' when somebody delegates by hand. */
	delegationRole: string;
}

/** A stage's value that contradicts the registrar's. */
export interface StageFlaw {
	value: "PlatformDomain" | "DelegationRole" | "ApexDomain";
	message: string;
}

/** Where a stage and the registrar contradict each other. A stage without a role is delegated by somebody's hand. */
export function stageFlaws(
	{ apexes, delegations }: Registrar,
	registrarAccount: string,
	{ account, stack, platformDomain, apexDomain, delegationRole }: DelegatedStage,
): StageFlaw[] {
	const flaws: StageFlaw[] = [];
	const tell = (value: StageFlaw["value"], message: string) => flaws.push({ value, message });
	const delegation = delegations.find(({ name }) => name === platformDomain);
	if (delegation && (delegation.account !== account || delegation.stack !== stack)) {
		const owner = `${delegation.stack} in account ${delegation.account}`;
		tell("PlatformDomain", `'${platformDomain}' is delegated to ${owner}, not to ${stack} in ${account}`);
	}
	if (delegationRole === "") return flaws;
	const role = delegationRoleArn(registrarAccount, platformDomain);
	if (!delegation) tell("DelegationRole", `the registrar does not delegate '${platformDomain}'`);
	else if (delegationRole !== role) tell("DelegationRole", `the role of '${platformDomain}' is ${role}`);
	const apex = apexOf(platformDomain, apexes);
	if (apex && apex.name !== apexDomain) tell("ApexDomain", `'${platformDomain}' is below '${apex.name}'`);
	return flaws;
}
