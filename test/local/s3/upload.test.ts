import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { uploadIn } from "../../../local/s3/upload.ts";

const chunked = (...parts: string[]) => Buffer.from(parts.join("\r\n"));
const encoded = { "content-encoding": "aws-chunked" };
const sha256 = (text: string) => createHash("sha256").update(text).digest("base64");
const upload = (headers: Record<string, string>, body: Buffer) => String(uploadIn(headers, body).content);

describe("a body in chunks", () => {
	it("is put together, whatever stands in it, and compared with the checksum behind its end", () => {
		const trailer = `x-amz-checksum-sha256:${sha256("a\r\nbcd")}`;
		const body = chunked("4;chunk-signature=1", "a\r\nb", "2", "cd", "0", trailer, "", "");
		expect(upload({ ...encoded, "x-amz-decoded-content-length": "6" }, body)).toBe("a\r\nbcd");
		expect(uploadIn(encoded, body).told).toEqual({ "x-amz-checksum-sha256": sha256("a\r\nbcd") });
		const wrong = chunked("2", "ab", "0", trailer, "", "");
		expect(() => upload(encoded, wrong)).toThrow("The SHA256 you specified did not match");
	});

	it.each([
		["ends before its length", chunked("9", "ab", "0", "", ""), {}],
		["has no end", chunked("2", "ab", ""), {}],
		["is no such body", Buffer.from("plain"), {}],
		["is not as long as was told", chunked("2", "ab", "0", "", ""), { "x-amz-decoded-content-length": "3" }],
	])("is not taken when it %s", (_, body, headers) => {
		expect(() => upload({ ...encoded, ...headers }, body)).toThrow(expect.objectContaining({ name: "IncompleteBody" }));
	});
});

describe("a checksum", () => {
	it("of either kind is compared", () => {
		expect(upload({ "x-amz-checksum-crc32": "NSRBwg==" }, Buffer.from("abc"))).toBe("abc");
		expect(() => upload({ "x-amz-checksum-crc32": "NSRBwg==" }, Buffer.from("abd"))).toThrow("The CRC32 you");
	});

	it("of a kind that is not known here is repeated as it was told", () => {
		expect(uploadIn({ "x-amz-checksum-crc64nvme": "a" }, Buffer.from("abc")).told).toEqual({
			"x-amz-checksum-crc64nvme": "a",
		});
	});
});
