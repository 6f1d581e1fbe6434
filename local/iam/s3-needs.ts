import { keysToDelete } from "../s3/delete-objects.ts";
import type { ServiceCall } from "./call.ts";
import type { Need } from "./evaluate.ts";

/** The rights that S3's calls need. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html */
const actions: Readonly<Record<string, { action: string; on: "bucket" | "object" }>> = {
	ListObjectsV2: { action: "s3:ListBucket", on: "bucket" },
	GetObject: { action: "s3:GetObject", on: "object" },
	// There is no right of its own to it: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
	HeadObject: { action: "s3:GetObject", on: "object" },
	PutObject: { action: "s3:PutObject", on: "object" },
	DeleteObject: { action: "s3:DeleteObject", on: "object" },
};

/** Requests name bucket and key by their path. Undefined for an operation that is not emulated. */
export function s3Needs({ operation, path, body }: ServiceCall): Need[] | undefined {
	const [, bucket = "", key = ""] = /^\/([^/]*)\/?(.*)$/s.exec(decodeURIComponent(path)) ?? [];
	if (operation === "DeleteObjects") {
		return keysToDelete(body)?.map((each) => ({
			action: "s3:DeleteObject",
			resource: `arn:aws:s3:::${bucket}/${each}`,
		}));
	}
	const found = actions[operation];
	if (!found) return undefined;
	return [{ action: found.action, resource: `arn:aws:s3:::${bucket}${found.on === "object" ? `/${key}` : ""}` }];
}
