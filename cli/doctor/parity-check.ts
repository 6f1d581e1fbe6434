import { type Diagnosis, fault, note, unknown } from "../../domain/diagnosis.ts";
import { at, ofTypes, type Template } from "../../domain/template.ts";
import { compareStages } from "../../scripts/parity.ts";
import { releaseDigest } from "../../scripts/release.ts";
import { releaseParameter } from "../../scripts/release-template.ts";
import type { Standing } from "./standing.ts";

/**
 * Whether both environments were deployed from one template (R11). While they run different releases, between a deployment and its
 * promotion, each is compared with its own: a release's digest covers its template.
 */
export async function lookAtParity(nonprod: Standing, prod: Standing): Promise<Diagnosis[]> {
	const [left, right] = await Promise.all([nonprod.template(), prod.template()]);
	const [release, promoted] = await Promise.all([releaseOf(nonprod), releaseOf(prod)]);
	if (release === promoted) return differences(compareStages(left.packaged, right.packaged).others);
	const apart = `nonprod runs release ${nameOf(release)} and prod ${nameOf(promoted)}: hostmaster environments promote.`;
	const own = await Promise.all([ownDiagnoses(nonprod, release), ownDiagnoses(prod, promoted)]);
	return [note(apart), ...own.flat()];
}

async function releaseOf({ stack }: Standing): Promise<string | undefined> {
	return (await stack()).outputs[releaseParameter] || undefined;
}

function differences(others: readonly { path: string }[]): Diagnosis[] {
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

async function ownDiagnoses({ environment, template }: Standing, release: string | undefined): Promise<Diagnosis[]> {
	const { stage } = environment;
	if (release === undefined) return [unknown(`The stack of ${stage} does not tell its release.`)];
	const deployed = await template();
	if (releaseDigest(functionsOf(deployed.template), deployed.text, stage) === release) return [];
	return [
		fault(
			`The template of ${stage} is not the one of release ${nameOf(release)}, which it says it runs.`,
			`Deploy a whole release: hostmaster environments onboard ${stage}.`,
		),
	];
}

/** SHA-256 of each function's zip, by its key, of which the framework makes the logical id. */
function functionsOf(template: Template): Record<string, string> {
	return Object.fromEntries(
		ofTypes(template, "AWS::Lambda::Function").flatMap(([id, { Properties }]) => {
			const [, sha256] = /([0-9a-f]{64})\.zip$/.exec(String(at(Properties, "Code", "S3Key"))) ?? [];
			const key = id.replace(/LambdaFunction$/, "");
			return sha256 === undefined ? [] : [[`${key.slice(0, 1).toLowerCase()}${key.slice(1)}`, sha256]];
		}),
	);
}

function nameOf(release: string | undefined): string {
	return release?.slice(0, 12) ?? "(unknown)";
}
