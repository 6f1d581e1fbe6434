import type { Claim } from "../domain/claim.ts";
import { HostmasterError } from "../domain/errors.ts";
import type { KeptLine } from "../domain/import.ts";
import { planImport, type SoundLine, type Standing } from "../domain/import-plan.ts";
import { flawIn } from "../domain/json-flaw.ts";
import { limits } from "../domain/limits.ts";
import { newTenantSchema } from "../domain/new-tenant.ts";
import type { StandingRecord } from "../domain/standing-records.ts";
import type { Tenant } from "../domain/tenant.ts";
import { readClaims } from "../services/claims.ts";
import { isoNow } from "../services/clock.ts";
import { setting } from "../services/settings.ts";
import { readTenants, tenantIdsOf } from "../services/tenants.ts";
import { fieldOf, refusalsOf } from "./api/problems.ts";
import { readNames } from "./read-names.ts";
import { readZone } from "./read-zone.ts";

/** DynamoDB gives 100 rows a call. */
const rowsPerCall = 100;
const callsAtOnce = 10;

/**
 * What an import of NDJSON would do, line by line in their order; nothing is written. Lines that are no sound request are part of the
 * plan. Throws InvalidRequest for too many lines, ServiceUnavailable when the world cannot be read before `endsMs`.
 */
export async function planLines(text: string, endsMs: number): Promise<KeptLine[]> {
	const written = text.split("\n").map((line, at) => ({ line: at + 1, text: line.trim() }));
	const given = written.filter((line) => line.text !== "");
	if (given.length === 0 || given.length > limits.importLines.value) {
		const detail = `An import has 1 to ${limits.importLines.value} lines with one tenant each, and this one has ${given.length}.`;
		throw new HostmasterError("InvalidRequest", detail, {
			field: "body",
			rule: given.length === 0 ? "required" : "maximum",
		});
	}
	const read = given.map(readLine);
	const sound = read.flatMap((line) => ("names" in line ? [line] : []));
	const planned = planImport(sound, await standingOf(sound, endsMs));
	return [...read.flatMap((line) => ("names" in line ? [] : [line])), ...planned].sort((a, b) => a.line - b.line);
}

function readLine({ line, text }: { line: number; text: string }): SoundLine | KeptLine {
	const invalid = (field: string, rule: string, detail: string): KeptLine => ({
		...{ line, state: "invalid", problem: { field, rule, detail } },
	});
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return invalid("line", "json", "The line is not JSON.");
	}
	const flaw = flawIn(value);
	if (flaw) return invalid(fieldOf(flaw.path, "line"), flaw.rule, flaw.detail);
	const request = newTenantSchema.safeParse(value);
	if (!request.success) return { line, state: "invalid", problem: refusalsOf(request.error, value, "line")[0] };
	try {
		return { line, request: request.data, names: readNames(request.data) };
	} catch (error) {
		if (!(error instanceof HostmasterError) || error.field === undefined) throw error;
		const refused = { ...invalid(error.field, error.rule ?? "valid", error.detail), slug: request.data.slug };
		return error.name === "SlugReserved" ? { ...refused, state: "conflict" } : refused;
	}
}

async function standingOf(lines: readonly SoundLine[], endsMs: number): Promise<Standing> {
	const references = new Map<string, string>();
	const claims = new Map<string, Claim>();
	const unreadable = new Set<string>();
	const [zone] = await Promise.all([
		readZone(setting("ZONE_ID"), endsMs),
		inGroups(
			lines.map(({ names }) => names.hostname),
			async (hostnames) => {
				const found = await readClaims(hostnames);
				for (const [hostname, claim] of found.claims) claims.set(hostname, claim);
				for (const hostname of found.unreadable) unreadable.add(hostname);
			},
		),
		inGroups(
			lines.flatMap(({ request }) => request.externalRef ?? []),
			async (names) => {
				for (const [name, tenantId] of await tenantIdsOf(names)) references.set(name, tenantId);
			},
		),
	]);
	const tenants = new Map<string, Tenant>();
	await inGroups(
		[...claims.values()].map(({ tenantId }) => tenantId),
		async (ids) => {
			for (const tenant of await readTenants(ids, { consistent: true })) tenants.set(tenant.tenantId, tenant);
		},
	);
	const records = new Map<string, StandingRecord[]>();
	for (const record of zone) records.set(record.name, [...(records.get(record.name) ?? []), record]);
	return {
		...{ claims, unreadable, tenants, references, records },
		distributionDomain: setting("DISTRIBUTION_DOMAIN"),
		now: isoNow(),
	};
}

/** Reads distinct keys in calls of 100, some at a time. */
async function inGroups(keys: readonly string[], read: (group: string[]) => Promise<void>): Promise<void> {
	const distinct = [...new Set(keys)];
	const groups = Array.from({ length: Math.ceil(distinct.length / rowsPerCall) }, (_, at) =>
		distinct.slice(at * rowsPerCall, (at + 1) * rowsPerCall),
	);
	for (let at = 0; at < groups.length; at += callsAtOnce) {
		await Promise.all(groups.slice(at, at + callsAtOnce).map(read));
	}
}
