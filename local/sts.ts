import { randomBytes } from "node:crypto";
import { escapeXml, type QueryService } from "./aws/query.ts";
import { AwsError } from "./aws/service.ts";
import type { Clock } from "./clock.ts";

const roleArn = /^arn:aws:iam::(\d{12}):role\/(?:[\w+=,.@/-]*\/)?([\w+=,.@-]+)$/;

/** STS as far as we call it. A role is assumed without a look at its trust: the access key that comes back names its account. */
export function createSts({ clock }: { clock: Clock }): { service: QueryService } {
	const operations: QueryService["operations"] = {
		GetCallerIdentity(_, { accountId }) {
			const arn = `arn:aws:iam::${accountId}:root`;
			return `<Arn>${arn}</Arn><UserId>${accountId}</UserId><Account>${accountId}</Account>`;
		},
		AssumeRole(form) {
			const arn = form.get("RoleArn") ?? "";
			const [, accountId, roleName] = roleArn.exec(arn) ?? [];
			if (!accountId) throw new AwsError("ValidationError", `${arn} is invalid`);
			const session = form.get("RoleSessionName") ?? "";
			// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
			if (!/^[\w+=,.@-]{2,64}$/.test(session)) {
				const told = `Value '${session}' at 'roleSessionName' failed to satisfy constraint: 2 to 64 characters of [\\w+=,.@-]`;
				throw new AwsError("ValidationError", told);
			}
			const seconds = Number(form.get("DurationSeconds") ?? 3600);
			const expiration = new Date(clock.now() + seconds * 1000).toISOString();
			const assumed = `arn:aws:sts::${accountId}:assumed-role/${roleName}/${session}`;
			const secret = randomBytes(20).toString("hex");
			const token = escapeXml(randomBytes(48).toString("base64"));
			return (
				`<Credentials><AccessKeyId>LOCAL${accountId}</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey>` +
				`<SessionToken>${token}</SessionToken><Expiration>${expiration}</Expiration></Credentials>` +
				`<AssumedRoleUser><AssumedRoleId>AROALOCAL:${session}</AssumedRoleId><Arn>${assumed}</Arn></AssumedRoleUser>`
			);
		},
	};
	return { service: { name: "sts", namespace: "https://sts.amazonaws.com/doc/2011-06-15/", operations } };
}
