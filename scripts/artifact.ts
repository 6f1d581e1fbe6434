import { createHash } from "node:crypto";
import { zipSync } from "fflate";
import type { FunctionEntry } from "./service-file.ts";

/** A function's zip, with its module where Lambda looks for the handler. Equal code gives equal bytes, on every day and in every time zone. */
export function zipOf(entry: FunctionEntry, code: Uint8Array): Uint8Array {
	// The format holds local times, so the stamp is one as well; 1980 is its first year. Written as by Unix, readable by all.
	const fixed = { mtime: new Date(1980, 0, 1), os: 3, attrs: 0o644 << 16, level: 9 } as const;
	return zipSync({ [`${entry.module}.mjs`]: [code, fixed] });
}

/**
 * The template fragment with the edge function's version. Its logical id carries the hash of the zip and of the settings that
 * a version freezes: a version is published when, and only when, one of them changed. Retained, because replicas linger for
 * hours after an association ends and the function cannot be deleted meanwhile
 * (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-edge-delete-replicas.html).
 */
export function edgeVersion(entry: FunctionEntry, zip: Uint8Array) {
	const digest = createHash("sha256").update(zip).update(JSON.stringify(entry.settings)).digest("hex");
	const name = `${entry.key.charAt(0).toUpperCase()}${entry.key.slice(1)}`;
	const logicalId = `${name}Version${digest.slice(0, 32)}`;
	return {
		Resources: {
			[logicalId]: {
				Type: "AWS::Lambda::Version",
				DeletionPolicy: "Retain",
				UpdateReplacePolicy: "Retain",
				Properties: {
					FunctionName: { Ref: `${name}LambdaFunction` },
					CodeSha256: createHash("sha256").update(zip).digest("base64"),
				},
			},
		},
		Outputs: {
			[`${name}VersionArn`]: { Description: "The edge function's published version.", Value: { Ref: logicalId } },
		},
	};
}
