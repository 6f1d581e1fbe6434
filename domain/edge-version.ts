import { at, idOf, listAt, ofTypes, type Template } from "./template.ts";

/**
 * In what a distribution of the template does not run the published version of the very code that the template deploys, a sentence each
 * that begins with its logical id. A version has the SHA-256 of its zip, and zips lie by theirs.
 */
export function edgeVersionFlaws(template: Template): string[] {
	return ofTypes(template, "AWS::CloudFront::Distribution").flatMap(([id, { Properties }]) => {
		const behaviors = ["DefaultCacheBehavior", "CacheBehaviors"].flatMap((name) =>
			listAt(Properties, "DistributionConfig", name),
		);
		return behaviors.flatMap((behavior) => {
			const flaw = behaviorFlaw(template, behavior);
			return flaw === undefined ? [] : [`${id} ${flaw}`];
		});
	});
}

function behaviorFlaw(template: Template, behavior: unknown): string | undefined {
	const routing = listAt(behavior, "LambdaFunctionAssociations").find(
		(association) => at(association, "EventType") === "origin-request",
	);
	if (routing === undefined) return "has a behaviour whose requests no function routes";
	const version = template.Resources[idOf(at(routing, "LambdaFunctionARN"))];
	if (version?.Type !== "AWS::Lambda::Version") return "runs a version that is not its stack's";
	const code = template.Resources[idOf(version.Properties["FunctionName"])]?.Properties["Code"];
	const [, sha256] = /([0-9a-f]{64})\.zip$/.exec(String(at(code, "S3Key"))) ?? [];
	return sha256 !== undefined && base64Of(sha256) === version.Properties["CodeSha256"]
		? undefined
		: "runs a version of other code than its stack's function has";
}

function base64Of(hex: string): string {
	const bytes = Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16));
	return btoa(String.fromCharCode(...bytes));
}
