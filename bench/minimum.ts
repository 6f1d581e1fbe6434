import { limits } from "../domain/limits.ts";
import { costOf, recordsOf } from "../domain/zone-plan.ts";

/** A distribution's domain name as CloudFront gives them: the length is what counts. */
const distributionDomain = "d111111abcdef8.cloudfront.net";

/** What one onboarding asks of Route 53: an A and an AAAA record, both written by UPSERT. */
const cost = costOf({
	hostname: "a.app.example",
	generation: 1,
	action: "upsert",
	records: recordsOf("a.app.example", distributionDomain),
});

/** As many hostnames as one ChangeResourceRecordSets takes; its two bounds and the full bucket of changes decide. */
export const hostnamesPerBatch = Math.min(
	Math.floor(limits.route53BatchElements.value / cost.elements),
	Math.floor(limits.route53BatchCharacters.value / cost.characters),
	Math.floor(limits.route53ChangeBurst.value / cost.tokens),
);

/**
 * The least seconds in which AWS's published quotas let `count` tenants, asked for at once, become active; `insyncSeconds` is how long
 * Route 53 takes to bring a change to its name servers (about 60; no quota, so a parameter).
 *
 * `max(changes, requests, starts) + insyncSeconds`, where each of the three is `max(0, needed - burst) / rate` of a bucket that is full at
 * the start: four change tokens an onboarding; one write and one look (GetChange) a full batch; one StartExecution an onboarding. The
 * buckets are emptied side by side, and the last batch still has to come in sync. All else costs no time here: it is what is measured.
 */
export function leastSeconds(count: number, insyncSeconds: number): number {
	const batches = Math.ceil(count / hostnamesPerBatch);
	const changes = wait(count * cost.tokens, limits.route53ChangeBurst.value, limits.route53ChangeRate.value);
	const requests = wait(batches * 2, limits.route53RequestBurst.value, limits.route53RequestRate.value);
	const starts = wait(count, limits.startExecutionBurst.value, limits.startExecutionRate.value);
	return Math.max(changes, requests, starts) + insyncSeconds;
}

function wait(needed: number, burst: number, perSecond: number): number {
	return Math.max(0, needed - burst) / perSecond;
}
