import {
	authorityTrouble,
	type DelegationTrouble,
	type PublicView,
	publicTrouble,
	type ServerView,
} from "./delegation.ts";
import { type Diagnosis, unknown } from "./diagnosis.ts";

/** What DNS says of a zone; who said nothing is among them as `no-answer`. */
export interface DelegationViews {
	/** The servers of the zone above; none where nobody asks them. */
	above: readonly PublicView[];
	resolvers: readonly PublicView[];
	/** Every server that the zone has, or that somebody names for it. */
	servers: readonly ServerView[];
}

/**
 * Whether the world finds a zone at exactly `nameServers`, and each of these answers. Judged by those who said something: silence is no
 * evidence, and all silent is `unknown` (R9). A single silent server is a fault, once anybody says that DNS works.
 */
export function delegationDiagnoses(
	name: string,
	nameServers: readonly string[],
	{ above, resolvers, servers }: DelegationViews,
): Diagnosis[] {
	const [saidAbove, saidPublic] = [above.filter(hasAnswered), resolvers.filter(hasAnswered)];
	if (saidAbove.length + saidPublic.length === 0) return [unknown(`Nobody who was asked says where ${name} leads.`)];
	// What is wrong above explains what resolvers say.
	const wrongAbove = saidAbove.length > 0 ? publicTrouble(name, nameServers, saidAbove) : undefined;
	return [
		...(wrongAbove ? [faultOf(wrongAbove)] : publicDiagnoses(name, nameServers, saidPublic)),
		...serverDiagnoses(name, servers),
	];
}

function publicDiagnoses(name: string, nameServers: readonly string[], said: readonly PublicView[]): Diagnosis[] {
	if (said.length === 0) return [unknown(`No resolver says where ${name} leads.`)];
	const trouble = publicTrouble(name, nameServers, said);
	return trouble ? [faultOf(trouble)] : [];
}

function serverDiagnoses(name: string, servers: readonly ServerView[]): Diagnosis[] {
	if (!servers.some(hasAnswered)) return [unknown(`None of the name servers of ${name} answers who asks from here.`)];
	const trouble = authorityTrouble(name, servers);
	return trouble ? [faultOf(trouble)] : [];
}

const hasAnswered = ({ outcome }: PublicView | ServerView): boolean => outcome !== "no-answer";

const faultOf = ({ message, actor, fix }: DelegationTrouble): Diagnosis => ({ kind: "fault", message, actor, fix });
