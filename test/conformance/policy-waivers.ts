import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { z } from "zod";

/** Why a check of the policy scan does not have to pass, and for what. */
const waiverSchema = z.strictObject({
	check: z.string().regex(/^CKV2?_AWS_\d+$/),
	because: z.string().min(20),
	/** Logical ids; absent: every resource that the check finds. */
	resources: z.array(z.string()).min(1).optional(),
	/** What the resource's properties say, and without which the reason would not be true. */
	where: z.record(z.string(), z.unknown()).default({}),
});
export type Waiver = z.output<typeof waiverSchema>;

/** What the scan found at one resource of one template. */
export interface Finding {
	template: string;
	check: string;
	says: string;
	logicalId: string;
	properties: Readonly<Record<string, unknown>>;
}

/** The waivers of test/conformance/policy-waivers.yml. Throws when one has no reason. */
export function readWaivers(text = readFileSync("test/conformance/policy-waivers.yml", "utf8")): Waiver[] {
	return z.array(waiverSchema).parse(parse(text));
}

/** The findings that nothing waives, and the waivers that no finding needs. */
export function unwaived(
	findings: readonly Finding[],
	waivers: readonly Waiver[],
): { open: Finding[]; unused: Waiver[] } {
	return {
		open: findings.filter((finding) => !waivers.some((waiver) => waives(waiver, finding))),
		unused: waivers.filter((waiver) => !findings.some((finding) => waives(waiver, finding))),
	};
}

function waives({ check, resources, where }: Waiver, finding: Finding): boolean {
	return (
		check === finding.check &&
		(resources === undefined || resources.includes(finding.logicalId)) &&
		Object.entries(where).every(([name, value]) => isDeepStrictEqual(finding.properties[name], value))
	);
}
