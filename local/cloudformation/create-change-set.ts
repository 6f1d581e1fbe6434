import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Caller } from "../aws/service.ts";
import type { Clock } from "../clock.ts";
import type { Buckets } from "../s3/buckets.ts";
import type { Stacks } from "../stack/stacks.ts";
import { mentionsIn } from "../template/references.ts";
import { type Template, TemplateError } from "../template/template.ts";
import { requireCapabilities } from "./capabilities.ts";
import type { ChangeSetRecord } from "./change-set-records.ts";
import { plannedChanges } from "./planned-changes.ts";
import { nameIn, parametersIn, readTemplate, refusal, tagsIn, templateTextIn, textsIn } from "./request.ts";
import { type SettledTemplate, settledTemplate } from "./settled-template.ts";
import { failureChoices, type StackRecord } from "./stack-records.ts";

export interface Surroundings {
	clock: Clock;
	caller: Caller;
	stacks: Stacks;
	/** Where templates by URL lie. */
	buckets: Buckets;
}

const nothingDiffers =
	"The submitted information didn't contain changes. Submit different information to create a change set.";
const updatable = /^(?:(?:CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE|(?:CREATE|UPDATE)_FAILED)$/;

/**
 * Plans what a request asks for. `known`: the stack of that name. Answers the stack, which is a new one for a creation, and the
 * change set; nothing is noted. Throws ValidationError, and InsufficientCapabilitiesException.
 */
export function createChangeSet(
	form: URLSearchParams,
	known: StackRecord | undefined,
	{ clock, caller, stacks, buckets }: Surroundings,
): { stack: StackRecord; set: ChangeSetRecord } {
	const name = nameIn(form, "ChangeSetName");
	const type = form.get("ChangeSetType") === "CREATE" ? "CREATE" : "UPDATE";
	requireState(known, type, { stack: form.get("StackName") ?? "", changeSet: name });
	const stack = known ?? newStack(nameIn(form, "StackName"), caller, clock);
	const text = templateTextIn(form, buckets, stack.template);
	const template = readTemplate(text);
	const parameters = parametersOf(template, parametersIn(form), stack.parameters);
	requireCapabilities(template, textsIn(form, "Capabilities"));
	requireResolved(template);
	const place = { accountId: caller.accountId, region: caller.region, stackName: stack.name };
	const wanted = settledOrRefused(() => settledTemplate({ template, parameters }, place));
	const standing = standingTemplate(stack.name, stacks, place);
	const changes = plannedChanges(standing, wanted);
	const tags = tagsIn(form);
	const isSame = changes.length === 0 && isDeepStrictEqual([standing?.outputs, stack.tags], [wanted.outputs, tags]);
	const outcome =
		isSame && stack.status.endsWith("_COMPLETE")
			? ({ status: "FAILED", reason: nothingDiffers } as const)
			: ({ status: "CREATE_COMPLETE", reason: "" } as const);
	const onFailure = failureChoices.find((choice) => choice === form.get("OnStackFailure"));
	const set = { stackId: stack.id, name, type, template: text, parameters, tags, changes, onFailure } as const;
	return { stack, set: { ...set, ...outcome, createdMs: clock.now() } };
}

function requireState(
	known: StackRecord | undefined,
	type: ChangeSetRecord["type"],
	{ stack, changeSet }: { stack: string; changeSet: string },
): void {
	if (type === "UPDATE" && !known) throw refusal(`Stack [${stack}] does not exist`);
	if (type === "CREATE" && known && known.status !== "REVIEW_IN_PROGRESS") {
		throw refusal(`Stack [${stack}] already exists and cannot be created again with the changeSet [${changeSet}].`);
	}
	if (type === "UPDATE" && known && !updatable.test(known.status)) {
		throw refusal(`Stack:${known.id} is in ${known.status} state and can not be updated.`);
	}
}

function newStack(name: string, { accountId, region }: Caller, clock: Clock): StackRecord {
	return {
		...{ name, id: `arn:aws:cloudformation:${region}:${accountId}:stack/${name}/${randomUUID()}` },
		...{ status: "REVIEW_IN_PROGRESS", reason: "", createdMs: clock.now(), onFailure: "ROLLBACK" },
		...{ template: "", parameters: {}, tags: {}, outputs: {}, stable: undefined, token: "" },
	};
}

/** The values of all parameters; what the request does not set is by default, as in every update. Throws ValidationError. */
function parametersOf(
	{ Parameters }: Template,
	asked: Record<string, string | undefined>,
	previous: Record<string, string>,
): Record<string, string> {
	const unknown = Object.keys(asked).filter((name) => !Object.hasOwn(Parameters, name));
	if (unknown.length > 0) throw refusal(`Parameters: [${unknown.join(", ")}] do not exist in the template`);
	const values = Object.entries(Parameters).map(([name, { Default }]) => {
		const value = Object.hasOwn(asked, name) ? (asked[name] ?? previous[name]) : Default;
		return [name, value] as const;
	});
	const missing = values.filter(([, value]) => value === undefined).map(([name]) => name);
	if (missing.length > 0) throw refusal(`Parameters: [${missing.join(", ")}] must have values`);
	return Object.fromEntries(values.map(([name, value]) => [name, value ?? ""]));
}

/** Each name that a resource mentions must be there. Throws ValidationError. */
function requireResolved({ Resources, Parameters }: Template): void {
	const named = Object.values(Resources).flatMap(({ DependsOn, Properties, Metadata }) => [
		...DependsOn.filter((name) => !Object.hasOwn(Resources, name)),
		...mentionsIn([Properties, Metadata]).filter(
			(name) => !Object.hasOwn(Resources, name) && !Object.hasOwn(Parameters, name),
		),
	]);
	const unknown = new Set(named.filter((name) => !name.startsWith("AWS::")));
	if (unknown.size === 0) return;
	const told = `Unresolved resource dependencies [${[...unknown].join(", ")}] in the Resources block of the template`;
	throw refusal(`Template format error: ${told}`);
}

function settledOrRefused(settle: () => SettledTemplate): SettledTemplate {
	try {
		return settle();
	} catch (error) {
		throw error instanceof TemplateError ? refusal(`Template error: ${error.message}`) : error;
	}
}

/** What stands of a stack: of one that has never stood as a whole, what was made by then. */
function standingTemplate(
	name: string,
	stacks: Stacks,
	place: Parameters<typeof settledTemplate>[1],
): SettledTemplate | undefined {
	const row = stacks.get(name);
	if (!row) return undefined;
	if (row.deployed) return settledTemplate(row.deployed, place);
	const settled = settledTemplate(row.wanted, place);
	const made = new Set(stacks.resources(name).map(({ logicalId }) => logicalId));
	return { ...settled, resources: new Map([...settled.resources].filter(([logicalId]) => made.has(logicalId))) };
}
