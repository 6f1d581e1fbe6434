import { z } from "zod";
import type { Claim } from "./claim.ts";
import { limits } from "./limits.ts";

/** What viewers asked of the edge, and what went over the wire: all bytes, headers included. */
export const trafficSchema = z.object({
	requests: z.int().nonnegative(),
	/** To viewers. */
	bytesOut: z.int().nonnegative(),
	/** From viewers. */
	bytesIn: z.int().nonnegative(),
});
export type Traffic = z.infer<typeof trafficSchema>;

export const noTraffic: Traffic = { requests: 0, bytesOut: 0, bytesIn: 0 };

export function sumOf(left: Traffic, right: Traffic): Traffic {
	return {
		requests: left.requests + right.requests,
		bytesOut: left.bytesOut + right.bytesOut,
		bytesIn: left.bytesIn + right.bytesIn,
	};
}

/**
 * An entry of the edge's access log, as far as it is counted. CloudFront writes each value as text.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html#BasicDistributionFileFormat
 */
const entrySchema = z.object({
	"x-host-header": z.string(),
	"sc-bytes": z.coerce.number().int().nonnegative(),
	"cs-bytes": z.coerce.number().int().nonnegative(),
});

/** One request of the log: the Host as the viewer sent it, and its traffic. Undefined for a line that is no entry. */
export function readLogLine(line: string): { host: string; traffic: Traffic } | undefined {
	const entry = entrySchema.safeParse(jsonIn(line));
	if (!entry.success) return undefined;
	const { "x-host-header": host, "sc-bytes": bytesOut, "cs-bytes": bytesIn } = entry.data;
	return { host, traffic: { requests: 1, bytesOut, bytesIn } };
}

function jsonIn(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** An hour of the calendar in UTC, as ISO says it, e.g. `2026-11-23T05`: texts that sort by time. */
export type Hour = string;

const hourMs = 3_600_000;
export const hourOf = (ms: number): Hour => new Date(ms).toISOString().slice(0, 13);
const beginOf = (hour: Hour): string => `${hour}:00:00.000Z`;
const endOf = (hour: Hour): string => new Date(Date.parse(beginOf(hour)) + hourMs).toISOString();

/**
 * The hour of which a log file tells, by its name `<distribution>.YYYY-MM-DD-HH.<id>.gz`: when the requests occurred, however late it came.
 * Undefined for a file of another kind.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html#access-logs-timing
 */
export function hourOfFile(key: string): Hour | undefined {
	const [, day, hour] = /\.(\d{4}-\d{2}-\d{2})-(\d{2})\.[^./]+\.gz$/.exec(key) ?? [];
	return day === undefined ? undefined : `${day}T${hour}`;
}

/** Where files of that hour lie below a prefix: `YYYY/MM/DD/HH/`, the delivery's suffix path (infra/buckets.yml). */
export function folderOf(hour: Hour): string {
	return `${hour.replaceAll(/[-T]/g, "/")}/`;
}

/**
 * The tenant to which an hour of a hostname counts: the one that holds the name when it is counted, for hours that its claim touches. A name
 * stays in quarantine for 90 days (R4), and its last log comes within one, so that nobody else's requests are among them.
 */
export function tenantOf({ tenantId, intent, createdAt, updatedAt }: Claim, hour: Hour): string | undefined {
	if (createdAt >= endOf(hour)) return undefined;
	return intent === "released" && updatedAt < beginOf(hour) ? undefined : tenantId;
}

/** How far counting has come. */
export const progressSchema = z.object({
	/** The first hour that may still change; all before it are counted for good. */
	through: z.string().optional(),
	/** Log files that were counted, by hour; of hours that may still change. */
	counted: z.record(z.string(), z.int()).default({}),
});
export type Progress = z.infer<typeof progressSchema>;

/** The hours of which there are other log files than were counted, with all their files, in order. */
export function hoursToCount<File>(
	files: ReadonlyMap<Hour, readonly File[]>,
	{ counted }: Progress,
): [hour: Hour, files: readonly File[]][] {
	return [...files]
		.filter(([hour, { length }]) => counted[hour] !== length)
		.sort(([left], [right]) => (left < right ? -1 : 1));
}

/**
 * Progress after the hours `done` were counted, each from so many files, while `open` are still to be counted. An hour is settled a day
 * after its end: that long a log may take to come. `nowMs`: when the files were listed.
 */
export function progressAfter(before: Progress, { done, open, nowMs }: Counting): Required<Progress> {
	const settled = hourOf(nowMs - limits.accessLogDelay.value * hourMs);
	const reached = open.reduce((first, hour) => (hour < first ? hour : first), settled);
	const through = before.through !== undefined && before.through > reached ? before.through : reached;
	const counted = Object.entries({ ...before.counted, ...done }).filter(([hour]) => hour >= through);
	return { through, counted: Object.fromEntries(counted) };
}

interface Counting {
	done: Readonly<Record<Hour, number>>;
	open: readonly Hour[];
	nowMs: number;
}

/** A month of the calendar in UTC. */
export const monthSchema = z.string().regex(/^2\d{3}-(?:0[1-9]|1[0-2])$/, "a month, e.g. 2026-11");
export const monthOf = (hour: Hour): string => hour.slice(0, 7);

/** A tenant's traffic of one month, by hostname: also of names that it has had before. */
export const usageViewSchema = z
	.object({
		tenantId: z.string(),
		month: monthSchema,
		through: z.iso.datetime().nullable().meta({
			description: "All requests before it are counted; later ones in part. Null before anything was counted.",
		}),
		...trafficSchema.shape,
		hostnames: z.array(z.object({ hostname: z.string(), ...trafficSchema.shape })),
	})
	.meta({ id: "Usage" });
export type UsageView = z.infer<typeof usageViewSchema>;

/** Puts together what was counted for a tenant in parts, e.g. one for each hostname and day. */
export function usageView(
	{ tenantId, month }: { tenantId: string; month: string },
	parts: readonly { hostname: string; traffic: Traffic }[],
	through: Hour | undefined,
): UsageView {
	const byHostname = new Map<string, Traffic>();
	for (const { hostname, traffic } of parts) {
		byHostname.set(hostname, sumOf(byHostname.get(hostname) ?? noTraffic, traffic));
	}
	return {
		...{ tenantId, month, through: through === undefined ? null : beginOf(through) },
		...[...byHostname.values()].reduce(sumOf, noTraffic),
		hostnames: [...byHostname].sort().map(([hostname, traffic]) => ({ hostname, ...traffic })),
	};
}
