import { z } from "zod";
import { certificateDiagnoses } from "../../domain/diagnosis.ts";
import { describeCertificate } from "../../services/acm.ts";
import { reasonOf } from "../../services/aws-errors.ts";
import type { Stack } from "../../services/stacks.ts";
import type { Context } from "../context.ts";
import { probeAnyHostname } from "../doctor/probe.ts";
import { CommandFailed, exits } from "../failures.ts";
import type { Environment } from "./landscape.ts";
import { dnsOf } from "./resolvers.ts";
import { seen, untilSeen } from "./seen.ts";
import type { Step } from "./steps.ts";
import { type Standing, verifyDelegation } from "./verify-delegation.ts";

const healthSchema = z.looseObject({ status: z.string() });

/**
 * What must be true of an environment once its stack stands, seen from outside: CloudFormation compares templates, and an onboarding
 * that changes nothing proves nothing.
 */
export function verifySteps(environment: Environment, context: Context, standing: Standing): Step[] {
	const { stack } = standing;
	return [
		{ name: "delegation", act: () => verifyDelegation(environment, context, standing) },
		{ name: "certificate", act: () => certificateFits(environment, stack(), context) },
		{ name: "edge", act: () => edgeAnswers(environment, stack(), context) },
		{ name: "api", act: () => apiAnswers(environment.api ?? stack().outputs["HttpApiUrl"] ?? "", context) },
	];
}

/** The stack waits for it when it is made; it may have ended, or be another's, since. */
async function certificateFits(
	{ stage, account, parameters }: Environment,
	{ outputs }: Stack,
	{ world }: Context,
): Promise<string> {
	const name = `*.${parameters["PlatformDomain"]}`;
	const arn = outputs["WildcardCertificateArn"];
	if (!arn) throw untold(stage, "WildcardCertificateArn");
	const { status, names, daysLeft } = await describeCertificate(arn, world.now(), account.acm);
	const [found] = certificateDiagnoses({ name, status, daysLeft, isInUse: true });
	if (found) throw new CommandFailed(exits.failed, { title: found.message, fix: found.fix });
	if (names.includes(name)) return `${name}, for ${daysLeft} more days`;
	throw new CommandFailed(exits.failed, {
		title: `The certificate is for ${names.join(", ") || "no name"}, and not for ${name}.`,
		detail: arn,
		fix: `Set ${stage}.PlatformDomain in infra/stages.yml to the domain that the stack was made for.`,
	});
}

/** A name that nobody has is answered by our own function, and by it alone. */
async function edgeAnswers(environment: Environment, { outputs }: Stack, context: Context): Promise<string> {
	const { PlatformDomain = "", EdgePort = "443", EdgeAuthority: authority = "" } = environment.parameters;
	const distribution = outputs["DistributionDomainName"];
	if (!distribution) throw untold(environment.stage, "DistributionDomainName");
	const { resolvers } = dnsOf(environment);
	const at = { port: Number(EdgePort), authority, resolvers };
	return await untilSeen(context, async () => {
		const title = `The edge at ${distribution} does not answer for ${PlatformDomain}.`;
		const fix = "See the log of routeTenant, and the distribution's state in CloudFront; then run this again.";
		try {
			const found = await probeAnyHostname(distribution, PlatformDomain, at);
			if (found.isOurs) return seen(`${distribution} answers for ${PlatformDomain}`);
			return { exit: exits.failed, report: { title, detail: found.because, fix } };
		} catch (error) {
			// Nobody says where it is: that is no fault of it (R9).
			return { exit: exits.unasked, report: { title, detail: reasonOf(error), fix } };
		}
	});
}

/** A new API's name may take some seconds to resolve everywhere. */
async function apiAnswers(url: string, context: Context): Promise<string> {
	return await untilSeen(context, async () => {
		const trouble = (detail: string) => {
			const fix = "See the log of showHealth in CloudWatch, then run this again.";
			return { exit: exits.failed, report: { title: `${url}/v1/health does not answer.`, detail, fix } };
		};
		try {
			const answer = await fetch(`${url}/v1/health`, { signal: AbortSignal.timeout(10_000) });
			const { status } = healthSchema.parse(await answer.json());
			return answer.ok ? seen(`${url} says ${status}`) : trouble(`it answered ${answer.status}`);
		} catch (error) {
			return trouble(error instanceof Error ? error.message : String(error));
		}
	});
}

function untold(stage: string, output: string): CommandFailed {
	const fix = `Deploy a release that tells it: hostmaster environments onboard ${stage}.`;
	return new CommandFailed(exits.failed, { title: `The stack of ${stage} does not tell its ${output}.`, fix });
}
