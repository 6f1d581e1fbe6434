import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Clock } from "../clock.ts";
import type { EdgeAnswer } from "./edge-answer.ts";
import { pop } from "./forwarded.ts";
import { edgeLimits } from "./limits.ts";
import type { Sent } from "./send-answer.ts";
import type { ViewerRequest } from "./viewer-request.ts";

/** Where the log of a distribution is delivered, and what it says: what an AWS::Logs::Delivery has. */
export interface LogDelivery {
	fields: readonly string[];
	/** Before the suffix path, e.g. `AWSLogs/222222222222/CloudFront/`. */
	prefix: string;
	/** With `{DistributionId}`, `{yyyy}`, `{MM}`, `{dd}` and `{HH}`. */
	suffixPath: string;
	put(key: string, content: Buffer): void;
}

/** One request, once it was answered. */
export interface Served {
	viewer: ViewerRequest;
	answer: EdgeAnswer;
	sent: Sent;
	startedMs: number;
	endedMs: number;
}

/** What viewers asked, as CloudFront writes it down. */
export interface AccessLog {
	note(served: Served): void;
	/** Delivers what is not yet delivered. */
	close(): void;
}

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html#BasicDistributionFileFormat */
const fieldValues: Readonly<Record<string, (served: Served) => string | number>> = {
	date: ({ endedMs }) => new Date(endedMs).toISOString().slice(0, 10),
	time: ({ endedMs }) => new Date(endedMs).toISOString().slice(11, 19),
	"x-edge-location": () => pop.toUpperCase(),
	"c-ip": ({ viewer }) => viewer.clientIp,
	"cs-method": ({ viewer }) => viewer.method,
	"x-host-header": ({ viewer }) => viewer.host,
	"cs-uri-stem": ({ viewer }) => viewer.path,
	"cs(User-Agent)": ({ viewer }) => encodeURI(headerOf(viewer, "user-agent") ?? "-"),
	"cs-bytes": ({ viewer }) => bytesOf(viewer),
	"cs-protocol": ({ viewer }) => (viewer.servername === undefined ? "http" : "https"),
	"cs-protocol-version": ({ viewer }) => `HTTP/${viewer.httpVersion}`,
	"sc-status": ({ answer }) => answer.status,
	"sc-bytes": ({ sent }) => sent.bytes,
	"time-taken": ({ startedMs, endedMs }) => ((endedMs - startedMs) / 1_000).toFixed(3),
	"x-edge-result-type": ({ answer }) => answer.note,
	"x-edge-detailed-result-type": ({ answer }) => answer.note,
	"x-edge-request-id": ({ sent }) => sent.requestId,
};

/**
 * Keeps the log of a distribution and delivers it in packed files, as standard logging does, only sooner. Throws for a field that is not
 * emulated. What was not delivered when the process is killed is lost: CloudFront promises no more.
 */
export function createAccessLog(distributionId: string, delivery: LogDelivery, clock: Clock): AccessLog {
	const unknown = delivery.fields.find((field) => fieldValues[field] === undefined);
	if (unknown !== undefined) throw new Error(`The log field ${unknown} is not emulated.`);
	/** Entries by the hour in which they ended, as ISO text. */
	const waiting = new Map<string, string[]>();
	let planned: (() => void) | undefined;

	function deliver(): void {
		planned = undefined;
		for (const [hour, entries] of waiting) {
			delivery.put(keyOf(distributionId, hour, delivery), gzipSync(`${entries.join("\n")}\n`));
		}
		waiting.clear();
	}
	return {
		note(served) {
			const entry = delivery.fields.map((field) => [field, String(fieldValues[field]?.(served))]);
			const hour = new Date(served.endedMs).toISOString().slice(0, 13);
			const entries = waiting.get(hour) ?? [];
			entries.push(JSON.stringify(Object.fromEntries(entry)));
			waiting.set(hour, entries);
			planned ??= clock.at(clock.now() + edgeLimits.logDeliveryMs.value, deliver);
		},
		close() {
			planned?.();
			deliver();
		},
	};
}

/** `<prefix><suffix path>/<distribution>.2026-11-23-05.1a2b3c4d.gz` */
function keyOf(distributionId: string, hour: string, { prefix, suffixPath }: LogDelivery): string {
	const [yyyy = "", MM = "", dd = "", HH = ""] = hour.split(/[-T]/);
	const parts: Record<string, string> = { DistributionId: distributionId, yyyy, MM, dd, HH };
	const folder = suffixPath
		.replace(/^\/|\/$/g, "")
		.replace(/\{(\w+)\}/g, (whole, name: string) => parts[name] ?? whole);
	const file = `${distributionId}.${yyyy}-${MM}-${dd}-${HH}.${randomBytes(4).toString("hex")}.gz`;
	return `${prefix}${folder === "" ? "" : `${folder}/`}${file}`;
}

/** Request line, headers and body, whose length the viewer has told. */
function bytesOf(viewer: ViewerRequest): number {
	const { method, path, query, host, headers } = viewer;
	const lines = [`${method} ${path}${query === "" ? "" : `?${query}`} HTTP/1.1`, `Host: ${host}`];
	for (const [name, value] of headers) lines.push(`${name}: ${value}`);
	return Buffer.byteLength(`${lines.join("\r\n")}\r\n\r\n`) + Number(headerOf(viewer, "content-length") ?? 0);
}

function headerOf({ headers }: ViewerRequest, name: string): string | undefined {
	return headers.find(([known]) => known.toLowerCase() === name)?.[1];
}
