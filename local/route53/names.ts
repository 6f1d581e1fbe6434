import { canonicalName } from "../dns/zone-source.ts";

/**
 * The name as Route 53 keeps it: lower case, trailing dot, octal escapes read (`\052` is `*`).
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
 */
export function normalizedName(name: string): string {
	return canonicalName(
		name.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
	);
}

/** The name as Route 53 prints it: whatever is not a letter, digit, hyphen, underscore or dot becomes `\ooo`. */
export function printedName(name: string): string {
	return name.replace(/[^a-z0-9._-]/g, (found) => `\\${found.charCodeAt(0).toString(8).padStart(3, "0")}`);
}

/**
 * What Route 53 sorts by, in ASCII order: the labels reversed, with the trailing dot (`com.example.www.`).
 * The key of every name below another begins with the other's key.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
 */
export function sortKey(name: string): string {
	return `${name.slice(0, -1).split(".").reverse().join(".")}.`;
}

/** What is wrong with a name's form, in the words of Route 53; undefined when nothing is. */
export function nameProblem(name: string): string | undefined {
	const labels = name.replace(/\.$/, "").split(".");
	if (labels.some((label) => label === ""))
		return `DomainLabelEmpty (Domain label is empty) encountered with '${name}'`;
	const long = labels.find((label) => label.length > 63);
	if (long !== undefined) return `DomainLabelTooLong (Domain label is too long) encountered with '${name}'`;
	if (canonicalName(name).length > 255) return `DomainNameTooLong (Domain name is too long) encountered with '${name}'`;
	return /[\s"'\\]/.test(name)
		? `UnsupportedCharacter (Value contains unsupported characters) encountered with '${name}'`
		: undefined;
}
