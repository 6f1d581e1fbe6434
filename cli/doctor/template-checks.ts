import type { Diagnosis } from "../../domain/diagnosis.ts";
import { untagged } from "../../domain/resource-tags.ts";
import { compareStages, type PackagedTemplate, parseTemplate } from "../../scripts/parity.ts";
import { templateResources } from "../../scripts/release-template.ts";
import type { StageName } from "../../scripts/stages.ts";
import { readTemplate } from "../../services/stacks.ts";
import { requireAccount } from "../environments/account.ts";
import type { Environment } from "../environments/landscape.ts";
import { stackOf } from "../environments/onboard.ts";
import type { Check } from "./check.ts";

const fault = (message: string, fix: string): Diagnosis => ({ kind: "fault", message, actor: "operator", fix });

/** What was deployed, compared with itself and with the other environment: nobody edits a stack by hand (R11). */
export function templateChecks(environments: readonly Environment[]): Check[] {
	const texts = new Map(environments.map((environment) => [environment.stage, deployed(environment)]));
	const tags = environments.map(
		({ stage }): Check => ({
			...{ area: "tags", where: stage },
			look: async () => tagDiagnoses(stage, await texts.get(stage)?.()),
		}),
	);
	if (environments.length < 2) return tags;
	const parity: Check = {
		...{ area: "parity", where: "nonprod, prod" },
		look: async () => parityDiagnoses(await texts.get("nonprod")?.(), await texts.get("prod")?.()),
	};
	return [...tags, parity];
}

function deployed(environment: Environment): () => Promise<PackagedTemplate | undefined> {
	let read: Promise<PackagedTemplate | undefined> | undefined;
	return () => {
		read ??= requireAccount(environment.account, environment.accountId, environment.stage)
			.then(() => readTemplate(stackOf(environment)))
			.then((text) => (text === undefined ? undefined : parseTemplate(text)));
		return read;
	};
}

function tagDiagnoses(stage: StageName, template: PackagedTemplate | undefined): Diagnosis[] {
	if (!template) return [];
	return untagged(templateResources(template), ["application", "environment"]).map((message) =>
		fault(
			`${message}: what it costs is nobody's.`,
			`Deploy a release that tags it: hostmaster environments onboard ${stage}.`,
		),
	);
}

/** Environments that run different releases differ as these do; that is the way of a promotion, and no fault. */
function parityDiagnoses(nonprod: PackagedTemplate | undefined, prod: PackagedTemplate | undefined): Diagnosis[] {
	if (!nonprod || !prod) return [];
	const { others } = compareStages(nonprod, prod);
	if (others.length === 0) return [];
	const paths = others.map(({ path }) => path);
	const told = paths.length > 3 ? `${paths.slice(0, 3).join(", ")} and ${paths.length - 3} more` : paths.join(", ");
	return [
		fault(
			`nonprod and prod were not deployed from one template: ${told}.`,
			"hostmaster environments promote, or onboard both from one checkout.",
		),
	];
}
