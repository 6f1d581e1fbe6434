import { XMLParser } from "fast-xml-parser";
import { z } from "zod";
import type { Answer } from "../aws/protocols.ts";
import { escapeXml } from "../aws/query.ts";
import { AwsError } from "../aws/service.ts";
import type { Buckets } from "./buckets.ts";
import { printDocument } from "./xml.ts";

const parser = new XMLParser({
	...{ parseTagValue: false, trimValues: false, ignoreDeclaration: true },
	isArray: (name) => name === "Object",
});
/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
const schema = z.object({
	Delete: z.object({
		Object: z
			.array(z.object({ Key: z.string().min(1) }))
			.min(1)
			.max(1_000),
		Quiet: z.string().default("false"),
	}),
});

/** The keys that a request names; undefined when it cannot be read. */
export function keysToDelete(body: string): string[] | undefined {
	return deletionIn(body)?.Object.map(({ Key }) => Key);
}

/** Deletes the objects that a request names; those that are not there are no error. Throws MalformedXML. */
export function deleteObjects(buckets: Buckets, bucket: string, body: Buffer): Answer {
	const asked = deletionIn(body.toString("utf8"));
	if (!asked) throw new AwsError("MalformedXML", "The XML you provided was not well-formed or did not validate.");
	for (const { Key } of asked.Object) buckets.remove(bucket, Key);
	const deleted = asked.Object.map(({ Key }) => `<Deleted><Key>${escapeXml(Key)}</Key></Deleted>`);
	return printDocument("DeleteResult", asked.Quiet === "true" ? "" : deleted.join(""));
}

function deletionIn(body: string): z.output<typeof schema>["Delete"] | undefined {
	try {
		return schema.safeParse(parser.parse(body, true)).data?.Delete;
	} catch {
		return undefined;
	}
}
