import { readFileSync } from "node:fs";
import { limits } from "../../domain/limits.ts";
import { get } from "../local/edge/world.ts";
import { hostnameOf, type World } from "./world.ts";

/** What was measured, in seconds since the change was in the map, by the moved clock. */
export interface Measured {
	/** When a viewer was last served the page of before the change, from the edge's cache. */
	lastServed: number;
	/** When a viewer first saw the change, and as what. */
	firstSeen: number;
	status: number;
}

export interface Bound {
	world: World;
	slug: string;
	/** Of the demo origin, with the caching that it is to ask for. */
	path: string;
	/** Changes the tenant; settles once the map says so. */
	change(): Promise<unknown>;
	/** Puts the wall clock forward. */
	pass(seconds: number): void;
}

/**
 * How long a page outlives a change, when all goes as badly as it may: the edge function read the map just before the change,
 * and sends a viewer on by what it read just before that is too old; that viewer's page is the one that the edge keeps.
 */
export async function measureBound({ world, slug, path, change, pass }: Bound): Promise<Measured> {
	const { ca, edge } = world.endpoints;
	const open = (at: string) =>
		get(Number(new URL(edge.https).port), readFileSync(ca, "utf8"), hostnameOf(slug), at, {
			Accept: "application/json",
		});

	pass(2 * limits.edgePromise.value); // whatever was known or kept before is too old
	const readAt = Date.now();
	await open("/read-the-map");
	await change();
	const changedAt = Date.now();
	const since = () => (Date.now() - changedAt) / 1_000;

	pass(limits.edgeEntryAge.value - 0.5 - (Date.now() - readAt) / 1_000);
	const kept = await open(path);
	if (kept.status !== 200) throw new Error(`The page was not there any more to be kept: ${kept.status}`);
	let lastServed = 0;
	while (since() < 3 * limits.edgePromise.value) {
		pass(0.5);
		const answer = await open(path);
		if (answer.status !== 200) return { lastServed, firstSeen: since(), status: answer.status };
		if (answer.headers["x-cache"] !== "Hit from cloudfront") throw new Error("The origin was asked after the change");
		lastServed = since();
	}
	throw new Error(`The page is still served ${since()} s after the change`);
}
