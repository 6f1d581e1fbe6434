import { type Diagnosis, fault } from "../../domain/diagnosis.ts";
import { untagged } from "../../domain/resource-tags.ts";
import { costTags, templateFlaws } from "../../domain/template-rules.ts";
import type { Check } from "./check.ts";
import { lookAtParity } from "./parity-check.ts";
import type { Standing } from "./standing.ts";

/** What was deployed, by the rules of templates, and compared with the other environment: nobody edits a stack by hand (R11). */
export function templateChecks(standings: readonly Standing[]): Check[] {
	const own = standings.flatMap((standing): Check[] => {
		const where = standing.environment.stage;
		return [
			{ area: "template", where, look: () => lookAtRules(standing) },
			{ area: "tags", where, look: () => lookAtTags(standing) },
		];
	});
	const [left, right] = standings;
	if (!left || !right) return own;
	return [...own, { area: "parity", where: "nonprod, prod", look: () => lookAtParity(left, right) }];
}

/** Tags have an area of their own. */
async function lookAtRules({ environment, template }: Standing): Promise<Diagnosis[]> {
	const fix = `Deploy a release that keeps to it: hostmaster environments onboard ${environment.stage}.`;
	return templateFlaws((await template()).template)
		.filter(({ rule }) => rule !== "tags")
		.map(({ rule, message }) => fault(`${message} (${rule}).`, fix));
}

async function lookAtTags({ environment, template }: Standing): Promise<Diagnosis[]> {
	const fix = `Deploy a release that tags it: hostmaster environments onboard ${environment.stage}.`;
	return untagged((await template()).template.Resources, costTags).map((message) =>
		fault(`${message}: what it costs is nobody's.`, fix),
	);
}
