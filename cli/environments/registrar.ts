import { registrarTemplate } from "../../scripts/package-registrar.ts";
import { digestOf } from "../../scripts/release.ts";
import { tagsOf } from "../../scripts/release-template.ts";
import { type ArtifactStore, putOnce, urlOf } from "../../services/artifacts.ts";
import type { Context } from "../context.ts";
import { requireAccount } from "./account.ts";
import { ensureArtifacts } from "./artifact-bucket.ts";
import { carryOut, planLines, planned, settleStack } from "./deploy-stack.ts";
import type { Landscape } from "./landscape.ts";
import type { Step } from "./steps.ts";

/** What the registrar's stack takes: apex zones, their policy records, and a role for each delegation. Each step can be repeated. */
export function registrarSteps({ registrar }: Landscape, context: Context): Step[] {
	const { accountId, account, values } = registrar;
	const target = { client: account.cloudformation, stackName: "hostmaster-registrar", pollMs: account.pollMs };
	let store: ArtifactStore | undefined;
	return [
		{ name: "account", act: () => requireAccount(account, accountId, "the registrar") },
		{
			name: "artifacts",
			act: async () => {
				({ store } = await ensureArtifacts(account, "registrar", context));
				return store.bucket;
			},
		},
		{
			name: "stack",
			act: async () => {
				if (!store) throw new Error("A step was left out.");
				const text = JSON.stringify(registrarTemplate(values));
				const digest = digestOf(text);
				const key = `templates/${digest}.json`;
				await putOnce(store, key, text);
				await settleStack(target, context);
				const change = await planned(target, {
					...{ name: `registrar-${digest.slice(0, 32)}`, template: { url: urlOf(store, key) }, parameters: {} },
					tags: tagsOf("registrar"),
				});
				if (change.outcome === "empty") return "hostmaster-registrar is so already";
				for (const line of planLines(change.resources)) context.tell(`      ${line}`);
				await carryOut(target, change, context);
				return `${values.apexes.length} apexes, ${values.delegations.length} delegations`;
			},
		},
	];
}
