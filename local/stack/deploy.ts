import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Caller } from "../aws/service.ts";
import { createResolver, type PhysicalResource, type Resolver } from "../template/resolver.ts";
import { isCustomType } from "./custom-resource.ts";
import { LeftBehind, type Report, reasonOf, StackFailure } from "./progress.ts";
import type { ResourceRow, StackSource, StackTable } from "./stack-table.ts";

/** A resource that is to be as its properties say. */
export interface Wanted {
	stackName: string;
	logicalId: string;
	type: string;
	/** Resolved where the type has a meaning here. */
	properties: unknown;
	resolver: Resolver;
	/** What there is of it. */
	known: ResourceRow | undefined;
}

/** How resources are made and taken away. */
export interface Hands {
	/** Makes it, finds it made, or changes it, and answers its names. */
	make(wanted: Wanted): Promise<PhysicalResource> | PhysicalResource;
	/** Safe to repeat. */
	unmake(stackName: string, row: ResourceRow): Promise<void> | void;
	/** Whether the type has a meaning on a laptop; the properties of another may hold what nobody can resolve. */
	hasMeaning(type: string): boolean;
}

/** One stack at work. */
export interface StackWork {
	stackName: string;
	source: StackSource;
	caller: Caller;
	table: StackTable;
	hands: Hands;
	report: Report;
}

/**
 * Brings a stack to what its source says, each resource after those that it names: what is new is made, what differs is changed, what
 * stays is made known to this process again. `serve` runs when all of it stands; then what is no longer wanted goes. Safe to repeat,
 * also after a failure. Rejects with StackFailure, and with TemplateError for a source that cannot be read.
 */
export async function deployStack(work: StackWork, serve: (resolver: Resolver) => Promise<void>): Promise<Resolver> {
	const { stackName, table } = work;
	const before = currentRows(work);
	const standing = new Map([...before].map(([logicalId, { physical }]) => [logicalId, physical]));
	const resolver = resolverOver(work, standing);
	const order = resolver.creationOrder();
	for (const logicalId of order) {
		standing.set(logicalId, await bringAbout(work, resolver, logicalId, before.get(logicalId)));
	}
	await serve(resolver);
	const { true: gone = [], false: kept = [] } = Object.groupBy(
		table.resources(stackName),
		(row): "true" | "false" => `${row.isReplaced || !order.includes(row.logicalId)}`,
	);
	// What cannot be taken away is left to the next deployment, as CloudFormation leaves it behind.
	for (const row of gone.reverse()) await takeAway(work, row, kept).catch(() => undefined);
	return resolver;
}

/**
 * Makes what a stack holds known to this process, as it was: nothing that is missing is made. Answers whether all that the source
 * wants is there. Rejects with the reason of the first that cannot be.
 */
export async function restoreStack({ hands, ...work }: StackWork): Promise<{ resolver: Resolver; isWhole: boolean }> {
	const rows = currentRows(work);
	const standing = new Map([...rows].map(([logicalId, { physical }]) => [logicalId, physical]));
	const resolver = resolverOver(work, standing);
	const order = resolver.creationOrder();
	for (const logicalId of order) {
		const known = rows.get(logicalId);
		if (!known || !isForgotten(known.type)) continue;
		const { type } = known;
		const properties = resolver.properties(logicalId, z.unknown());
		standing.set(
			logicalId,
			await hands.make({ stackName: work.stackName, logicalId, type, properties, resolver, known }),
		);
	}
	return { resolver, isWhole: order.every((logicalId) => rows.has(logicalId)) };
}

/** Takes down all that a stack holds, each resource before those that it names. Safe to repeat. Rejects with StackFailure at the first that stays. */
export async function deleteStack(work: StackWork): Promise<void> {
	const { stackName, table } = work;
	const order = resolverOver(work, new Map()).creationOrder();
	const place = ({ logicalId, isReplaced }: ResourceRow) => (isReplaced ? order.length : order.indexOf(logicalId));
	// What the source does not name (-1 in the order) names perhaps what it does.
	const last = (row: ResourceRow) => (place(row) === -1 ? order.length : place(row));
	const rows = table.resources(stackName).toSorted((left, right) => last(right) - last(left));
	for (const row of rows) await takeAway(work, row, []);
	table.remove(stackName);
}

type Named = Pick<StackWork, "stackName" | "source" | "caller" | "table">;

function currentRows({ table, stackName }: Named): Map<string, ResourceRow> {
	const current = table.resources(stackName).filter(({ isReplaced }) => !isReplaced);
	return new Map(current.map((row) => [row.logicalId, row]));
}

function resolverOver({ stackName, source, caller }: Named, standing: ReadonlyMap<string, PhysicalResource>) {
	return createResolver({ ...source, ...caller, stackName, attributes: (logicalId) => standing.get(logicalId) });
}

async function bringAbout(
	work: StackWork,
	resolver: Resolver,
	logicalId: string,
	known: ResourceRow | undefined,
): Promise<PhysicalResource> {
	const { stackName, source, table, hands, report } = work;
	const { Type: type = "", DeletionPolicy, Properties } = source.template.Resources[logicalId] ?? {};
	let properties: unknown;
	let verb: "CREATE" | "UPDATE" | undefined = known ? undefined : "CREATE";
	const tell = (state: "IN_PROGRESS" | "COMPLETE" | "FAILED", more: { physicalId?: string; reason?: string } = {}) => {
		if (verb) report({ stackName, logicalId, type, status: `${verb}_${state}`, ...more });
	};
	try {
		properties = asJson(hands.hasMeaning(type) ? resolver.properties(logicalId, z.unknown()) : Properties);
		if (known && !isDeepStrictEqual(known.properties, properties)) verb = "UPDATE";
		if (known && known.type !== type) throw new Error(`A ${known.type} cannot become a ${type}.`);
		tell("IN_PROGRESS", known && { physicalId: known.physical.ref });
		if (!known) requireFreeName(table, type, properties);
		const isAsItWas = known !== undefined && verb === undefined && !isForgotten(type);
		const physical = isAsItWas
			? known.physical
			: await hands.make({ stackName, logicalId, type, properties, resolver, known });
		const row = { logicalId, type, physical, properties, isRetained: DeletionPolicy?.startsWith("Retain") ?? false };
		if (!known || !isDeepStrictEqual(known, { ...row, isReplaced: false })) {
			const isAnother = known !== undefined && identityOf(known) !== identityOf(row);
			table.save(stackName, row, isAnother ? "beside" : "in-place");
		}
		tell("COMPLETE", { physicalId: physical.ref });
		return physical;
	} catch (error) {
		if (error instanceof LeftBehind && !known) {
			table.leave(stackName, { logicalId, type, physical: { ref: error.physicalId }, properties });
		}
		verb ??= "UPDATE";
		tell("FAILED", { reason: reasonOf(error) });
		throw new StackFailure(logicalId, reasonOf(error), { cause: error });
	}
}

/** CloudFormation adopts nothing that a stack has left behind: whoever makes it again finds the name taken. */
function requireFreeName(table: StackTable, type: string, properties: unknown): void {
	const name = keptNameOf({ type, properties });
	if (name === undefined || !table.isKept(name)) return;
	throw new Error(`Resource of type '${type}' with identifier '${name}' already exists.`);
}

const keptName = z.object({ TableName: z.string() }).transform(({ TableName }) => TableName);
const keptNames: Readonly<Record<string, z.ZodType<string>>> = {
	"AWS::DynamoDB::Table": keptName,
	"AWS::DynamoDB::GlobalTable": keptName,
	"AWS::SecretsManager::Secret": z.object({ Name: z.string() }).transform(({ Name }) => Name),
};

/** A name that one resource of an account can have; undefined for types of which two may be called the same. */
function keptNameOf({ type, properties }: Pick<ResourceRow, "type" | "properties">): string | undefined {
	return keptNames[type]?.safeParse(properties).data;
}

async function takeAway(
	{ stackName, table, hands, report }: StackWork,
	row: ResourceRow,
	kept: readonly ResourceRow[],
): Promise<void> {
	const { logicalId, type, physical } = row;
	const tell = (status: "IN_PROGRESS" | "COMPLETE" | "FAILED" | "SKIPPED", more: { reason?: string } = {}) =>
		report({ stackName, logicalId, type, physicalId: physical.ref, status: `DELETE_${status}`, ...more });
	// What goes on under another logical id stays what it is.
	const isHeld = kept.some((other) => other.type === type && identityOf(other) === identityOf(row));
	if (row.isRetained || isHeld) {
		table.retain(stackName, row, isHeld ? undefined : keptNameOf(row));
		tell("SKIPPED");
		return;
	}
	tell("IN_PROGRESS");
	try {
		await hands.unmake(stackName, row);
	} catch (error) {
		tell("FAILED", { reason: reasonOf(error) });
		throw new StackFailure(logicalId, reasonOf(error), { cause: error });
	}
	table.drop(stackName, row);
	tell("COMPLETE");
}

/**
 * Whether every process has to be told of it anew, since it is kept in memory, or since its name has a port in it. All else stands in
 * the store as it is, also as somebody has changed it by hand: CloudFormation does not put that right, and neither does a restart.
 */
function isForgotten(type: string): boolean {
	return [
		...["AWS::IAM::Role", "AWS::Lambda::Function", "AWS::Lambda::EventInvokeConfig", "AWS::SQS::Queue"],
		...["AWS::Lambda::EventSourceMapping", "AWS::StepFunctions::StateMachine"],
		...["AWS::Events::EventBus", "AWS::Events::Rule"],
		...["AWS::CloudFront::Distribution", "AWS::CloudFront::ConnectionGroup"],
	].includes(type);
}

/** What tells one resource from another of its type: not its name alone, which may be an address that changes with a port. */
function identityOf({ type, physical: { ref, attributes = {} } }: Pick<ResourceRow, "type" | "physical">): string {
	// What a function tells of its resource may change; the id that it gave is the resource.
	return isCustomType(type) ? ref : String(attributes["Arn"] ?? attributes["Id"] ?? ref);
}

function asJson(value: unknown): unknown {
	return JSON.parse(JSON.stringify(value ?? null));
}
