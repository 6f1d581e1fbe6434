import { type Release, readReleasedTemplate, readZip, releaseFlaws, releaseSchema } from "../../scripts/release.ts";
import { zipKey } from "../../scripts/release-template.ts";
import { type StageName, stageNames } from "../../scripts/stages.ts";
import {
	type ArtifactStore,
	type ContentKey,
	getArtifact,
	getContent,
	putArtifact,
	putOnce,
	urlOf,
} from "../../services/artifacts.ts";
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
		...{ key: zipKey(sha256), sha256 },
		body: () => readZip(key, release),
	}));
	const templates = stageNames.map((stage) => ({
		...templatePart(release, stage),
		body: () => readReleasedTemplate(stage, release),
	}));
	const parts = [...zips, ...templates];
	const uploaded = await putAll(store, parts);
	await putManifest(store, release);
	return { uploaded, parts: parts.length };
}

/**
 * Copies a release from one account's store to another's, byte by byte as its digests say, once what lies there is known to be what its
 * digest says as a whole. Safe to repeat and to interrupt.
 */
export async function copyRelease(
	from: ArtifactStore,
	to: ArtifactStore,
	digest: string,
): Promise<{ release: Release; uploaded: number }> {
	const release = await readManifest(from, digest);
	const templates = await Promise.all(
		stageNames.map(async (stage) => {
			const part = templatePart(release, stage);
			const bytes = await getContent(from, part);
			return { ...part, stage, body: () => bytes };
		}),
	);
	requireWhole(from, release, templates);
	const zips = Object.values(release.functions).map((sha256) => {
		const part = { key: zipKey(sha256), sha256 };
		return { ...part, body: () => getContent(from, part) };
	});
	const uploaded = await putAll(to, [...zips, ...templates]);
	await putManifest(to, release);
	return { release, uploaded };
}

/** A stage's template of a release that lies there. Throws ArtifactAltered. */
export async function storedTemplate(store: ArtifactStore, release: Release, stage: StageName): Promise<string> {
	return Buffer.from(await getContent(store, templatePart(release, stage))).toString("utf8");
}

function templatePart({ templates }: Release, stage: StageName): ContentKey {
	return { key: templateKey(templates[stage]), sha256: templates[stage] };
}

/** Last of all: a release that can be found is whole. It is put again each time: its key tells the release, and not its own bytes. */
function putManifest(store: ArtifactStore, release: Release): Promise<void> {
	return putArtifact(store, manifestKey(release.digest), JSON.stringify(release));
}

async function readManifest(from: ArtifactStore, digest: string): Promise<Release> {
	const bytes = await getArtifact(from, manifestKey(digest));
	const read = releaseSchema.safeParse(parsedOrNone(Buffer.from(bytes).toString("utf8")));
	if (!read.success) throw forged(from, digest, ["Its list is none."]);
	if (read.data.digest !== digest) throw forged(from, digest, [`Its list is of release ${read.data.digest}.`]);
	return read.data;
}

function parsedOrNone(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		return undefined;
	}
}

/** Each part may be what its own digest says, and the whole another: the list that names them could be anybody's. */
function requireWhole(
	from: ArtifactStore,
	release: Release,
	templates: readonly { stage: StageName; body: () => Uint8Array }[],
): void {
	const texts = new Map(templates.map(({ stage, body }) => [stage, Buffer.from(body()).toString("utf8")]));
	const flaws = releaseFlaws(release, texts);
	if (flaws.length > 0) throw forged(from, release.digest, flaws);
}

function forged({ bucket }: ArtifactStore, digest: string, flaws: readonly string[]): CommandFailed {
	return new CommandFailed(exits.failed, {
		title: `What lies in ${bucket} as release ${digest.slice(0, 12)} is not that release.`,
		detail: flaws.join(" "),
		fix: "Find out who has written there. Then onboard that environment again, from a checkout that you trust. Nothing was copied.",
	});
}

interface Part extends ContentKey {
	body: () => Promise<Uint8Array> | Uint8Array;
}

const atOnce = 8;

/** Answers how many were not there. */
async function putAll(store: ArtifactStore, parts: readonly Part[]): Promise<number> {
	let uploaded = 0;
	for (let at = 0; at < parts.length; at += atOnce) {
		const put = await Promise.all(parts.slice(at, at + atOnce).map(async (part) => putOnce(store, part, part.body)));
		uploaded += put.filter(Boolean).length;
	}
	return uploaded;
}
