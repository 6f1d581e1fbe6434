import { readFileSync } from "node:fs";
import { templateFile } from "../../scripts/package.ts";
import { digestOf, type Release, readZip, releaseSchema } from "../../scripts/release.ts";
import { zipKey } from "../../scripts/release-template.ts";
import { type StageName, stageNames } from "../../scripts/stages.ts";
import { type ArtifactStore, getArtifact, putOnce, urlOf } from "../../services/artifacts.ts";
import { CommandFailed, exits } from "../failures.ts";

const manifestKey = (digest: string): string => `releases/${digest}/release.json`;
const templateKey = (sha256: string): string => `templates/${sha256}.json`;

/** How CloudFormation is told of an environment's template of a release. */
export function templateUrl(store: Pick<ArtifactStore, "bucket">, { templates }: Release, stage: StageName): string {
	return urlOf(store, templateKey(templates[stage]));
}

/** Brings what was packaged into an account's store; answers how many of its parts were not there yet. Safe to repeat and to interrupt. */
export async function uploadRelease(
	store: ArtifactStore,
	release: Release,
): Promise<{ uploaded: number; parts: number }> {
	const zips = Object.entries(release.functions).map(([key, sha256]) => ({
		key: zipKey(sha256),
		body: () => readZip(key, release),
	}));
	const templates = stageNames.map((stage) => ({
		key: templateKey(release.templates[stage]),
		body: () => readFileSync(templateFile(stage)),
	}));
	const parts = [...zips, ...templates];
	const uploaded = await putAll(store, parts);
	// Last: a release that can be found is whole.
	await putOnce(store, manifestKey(release.digest), JSON.stringify(release));
	return { uploaded, parts: parts.length };
}

/** Copies a release from one account's store to another's, byte by byte as its digests say. Safe to repeat and to interrupt. */
export async function copyRelease(
	from: ArtifactStore,
	to: ArtifactStore,
	digest: string,
): Promise<{ release: Release; uploaded: number }> {
	const release = releaseSchema.parse(
		JSON.parse(Buffer.from(await getArtifact(from, manifestKey(digest))).toString("utf8")),
	);
	if (release.digest !== digest) throw altered(from, manifestKey(digest));
	const objects = [
		...Object.values(release.functions).map((sha256) => ({ sha256, key: zipKey(sha256) })),
		...stageNames.map((stage) => ({ sha256: release.templates[stage], key: templateKey(release.templates[stage]) })),
	];
	const uploaded = await putAll(
		to,
		objects.map(({ key, sha256 }) => ({ key, body: () => fetchExactly(from, key, sha256) })),
	);
	await putOnce(to, manifestKey(release.digest), JSON.stringify(release));
	return { release, uploaded };
}

/** What lies under a digest must be what it says, whoever has put it there. */
async function fetchExactly(from: ArtifactStore, key: string, sha256: string): Promise<Uint8Array> {
	const bytes = await getArtifact(from, key);
	if (digestOf(bytes) === sha256) return bytes;
	throw altered(from, key);
}

function altered({ bucket }: ArtifactStore, key: string): CommandFailed {
	return new CommandFailed(exits.failed, {
		title: `${key} in ${bucket} is not what its name says.`,
		fix: "Somebody has changed the release: deploy it to that environment again, from a checkout that you trust.",
	});
}

interface Part {
	key: string;
	body: () => Promise<Uint8Array> | Uint8Array;
}

const atOnce = 8;

/** Answers how many were not there. */
async function putAll(store: ArtifactStore, parts: readonly Part[]): Promise<number> {
	let uploaded = 0;
	for (let at = 0; at < parts.length; at += atOnce) {
		const put = await Promise.all(parts.slice(at, at + atOnce).map(async ({ key, body }) => putOnce(store, key, body)));
		uploaded += put.filter(Boolean).length;
	}
	return uploaded;
}
