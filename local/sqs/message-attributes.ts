import { createHash } from "node:crypto";
import { z } from "zod";
import { sqsLimits } from "./limits.ts";

const value = z.object({
	DataType: z.string().regex(/^(String|Number|Binary)(\..+)?$/, "its type is String, Number or Binary"),
	StringValue: z.string().min(1).optional(),
	/** Base64. */
	BinaryValue: z.base64().optional(),
});

/** The sender's own attributes of a message, in wire form. */
export const messageAttributes = z
	.record(z.string().regex(/^[\w.-]{1,256}$/, "letters, digits, _ - . only"), value)
	.refine((attributes) => Object.keys(attributes).length <= sqsLimits.attributesPerMessage, "at most 10 attributes")
	.refine((attributes) => Object.values(attributes).every(hasItsValue), "the value does not match the type");
export type MessageAttributes = z.infer<typeof messageAttributes>;

function hasItsValue({ DataType, StringValue, BinaryValue }: z.infer<typeof value>): boolean {
	return DataType.startsWith("Binary") ? BinaryValue !== undefined : StringValue !== undefined;
}

/** Names, types and values count towards a message's size. */
export function attributesSize(attributes: MessageAttributes): number {
	return Object.entries(attributes).reduce(
		(sum, [name, { DataType, StringValue = "", BinaryValue = "" }]) =>
			sum + Buffer.byteLength(name + DataType + StringValue) + Buffer.byteLength(BinaryValue, "base64"),
		0,
	);
}

/**
 * Undefined when there are none. Each attribute in order of its name: name, type, one octet for text (1) or binary (2), value;
 * all but that octet preceded by their length in four (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html).
 */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
	const names = Object.keys(attributes).sort();
	if (names.length === 0) return undefined;
	const hash = createHash("md5");
	const add = (part: Buffer) => {
		const length = Buffer.alloc(4);
		length.writeUInt32BE(part.length);
		hash.update(length).update(part);
	};
	for (const name of names) {
		const { DataType = "", StringValue = "", BinaryValue = "" } = attributes[name] ?? {};
		const isBinary = DataType.startsWith("Binary");
		add(Buffer.from(name));
		add(Buffer.from(DataType));
		hash.update(Buffer.of(isBinary ? 2 : 1));
		add(isBinary ? Buffer.from(BinaryValue, "base64") : Buffer.from(StringValue));
	}
	return hash.digest("hex");
}

/** Those that a receiver asked for: names, `prefix.*`, `All` or `.*`. */
export function selectAttributes(attributes: MessageAttributes, wanted: readonly string[]): MessageAttributes {
	const isWanted = (name: string) =>
		wanted.some(
			(want) =>
				want === "All" || want === ".*" || want === name || (want.endsWith(".*") && name.startsWith(want.slice(0, -1))),
		);
	return Object.fromEntries(Object.entries(attributes).filter(([name]) => isWanted(name)));
}
