import {
	CloudFormationClient,
	CreateChangeSetCommand,
	DescribeStacksCommand,
	ExecuteChangeSetCommand,
	GetTemplateCommand,
} from "@aws-sdk/client-cloudformation";
import {
	type Change,
	ChangeResourceRecordSetsCommand,
	CreateKeySigningKeyCommand,
	EnableHostedZoneDNSSECCommand,
	ListHostedZonesByNameCommand,
	ListResourceRecordSetsCommand,
	Route53Client,
} from "@aws-sdk/client-route-53";
import { S3Client } from "@aws-sdk/client-s3";
import { eventually } from "../../local/demo/client.ts";
import type { AccountEndpoints, WorldEndpoints } from "../../local/world.ts";
import { putArtifact, urlOf } from "../../services/artifacts.ts";

type Stage = "nonprod" | "prod";

/** What hands do to a world behind everybody's back. */
export type Breaker = ReturnType<typeof breakerOf>;

export function breakerOf(world: WorldEndpoints) {
	const accountOf = (name: Stage | "registrar"): AccountEndpoints => {
		const found = name === "registrar" ? world.registrar : world.environments[name];
		if (!found) throw new Error(`There is no ${name} in this world.`);
		return found;
	};
	const settings = ({ aws, accountId }: AccountEndpoints) => ({
		...{ endpoint: aws, region: "us-east-1" },
		credentials: { accessKeyId: `LOCAL${accountId}`, secretAccessKey: "local" },
	});
	const route53 = (name: Stage | "registrar") => new Route53Client(settings(accountOf(name)));
	const domainOf = (stage: Stage) => world.environments[stage]?.platformDomain ?? "";
	const zoneOf = async (name: Stage | "registrar", domain: string): Promise<string> => {
		const { HostedZones } = await route53(name).send(new ListHostedZonesByNameCommand({ DNSName: domain }));
		return HostedZones?.find((zone) => zone.Name === `${domain}.`)?.Id?.replace("/hostedzone/", "") ?? "";
	};
	const change = async (name: Stage | "registrar", domain: string, ...Changes: Change[]): Promise<void> => {
		const HostedZoneId = await zoneOf(name, domain);
		await route53(name).send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }));
		await forget();
	};
	/** Waits until the change is served, and resolvers know nothing of before. */
	const forget = async (): Promise<void> => {
		await new Promise((resolve) => setTimeout(resolve, 300));
		await fetch(`${world.registrar.aws}/_local/flush`, { method: "POST", body: "{}" });
	};
	const recordsOf = async (stage: Stage, name: string) => {
		const HostedZoneId = await zoneOf(stage, domainOf(stage));
		const { ResourceRecordSets = [] } = await route53(stage).send(new ListResourceRecordSetsCommand({ HostedZoneId }));
		return ResourceRecordSets.filter((set) => set.Name === `${name}.${domainOf(stage)}.`);
	};
	const delegate = (stage: Stage, servers: readonly string[]) =>
		change("registrar", world.apexDomain, {
			Action: "UPSERT",
			ResourceRecordSet: {
				...{ Name: domainOf(stage), Type: "NS", TTL: 300 },
				ResourceRecords: servers.map((Value) => ({ Value })),
			},
		});
	const serversOf = async (name: Stage | "registrar", domain: string): Promise<string[]> => {
		const HostedZoneId = await zoneOf(name, domain);
		const { ResourceRecordSets = [] } = await route53(name).send(new ListResourceRecordSetsCommand({ HostedZoneId }));
		const own = ResourceRecordSets.find((set) => set.Name === `${domain}.` && set.Type === "NS");
		return own?.ResourceRecords?.map(({ Value = "" }) => Value) ?? [];
	};

	const bucketOf = async (client: CloudFormationClient): Promise<string> => {
		const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: "hostmaster-artifacts" }));
		return Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === "ArtifactBucket")?.OutputValue ?? "";
	};

	return {
		async undelegate(stage: Stage) {
			const HostedZoneId = await zoneOf("registrar", world.apexDomain);
			const { ResourceRecordSets = [] } = await route53("registrar").send(
				new ListResourceRecordSetsCommand({ HostedZoneId }),
			);
			const found = ResourceRecordSets.filter((set) => set.Name === `${domainOf(stage)}.`);
			await change(
				"registrar",
				world.apexDomain,
				...found.map((ResourceRecordSet) => ({ Action: "DELETE" as const, ResourceRecordSet })),
			);
		},
		delegateElsewhere: (stage: Stage) => delegate(stage, ["ns1.elsewhere.test", "ns2.elsewhere.test"]),
		async listLameServer(stage: Stage) {
			const [lame = ""] = await serversOf("registrar", world.apexDomain);
			await delegate(stage, [...(await serversOf(stage, domainOf(stage))), lame]);
		},
		async sign(stage: Stage) {
			const HostedZoneId = await zoneOf(stage, domainOf(stage));
			await route53(stage).send(
				new CreateKeySigningKeyCommand({
					...{ HostedZoneId, Name: "first", CallerReference: "first", Status: "ACTIVE" },
					KeyManagementServiceArn: "arn:aws:kms:us-east-1:222222222222:key/1",
				}),
			);
			await route53(stage).send(new EnableHostedZoneDNSSECCommand({ HostedZoneId }));
		},
		forbidAuthority: (stage: Stage) =>
			change(stage, domainOf(stage), {
				Action: "UPSERT",
				ResourceRecordSet: {
					...{ Name: domainOf(stage), Type: "CAA", TTL: 60 },
					ResourceRecords: [{ Value: '0 issue "letsencrypt.org"' }],
				},
			}),
		async removeRecord(stage: Stage, slug: string) {
			const sets = await recordsOf(stage, slug);
			await change(
				stage,
				domainOf(stage),
				...sets.map((ResourceRecordSet) => ({ Action: "DELETE" as const, ResourceRecordSet })),
			);
		},
		/** An alias as a tenant has it, of a name that nobody claims. */
		async addRecord(stage: Stage, slug: string) {
			const [set] = await recordsOf(stage, "acme");
			const ResourceRecordSet = { ...set, Name: `${slug}.${domainOf(stage)}`, Type: "A" as const };
			await change(stage, domainOf(stage), { Action: "UPSERT", ResourceRecordSet });
		},
		provisionUnderApex: () =>
			change("registrar", world.apexDomain, {
				Action: "UPSERT",
				ResourceRecordSet: {
					...{ Name: `www.${world.apexDomain}`, Type: "A", TTL: 60 },
					ResourceRecords: [{ Value: "192.0.2.1" }],
				},
			}),
		/** Nobody looks after the registered domain. */
		neglectRegistration: () =>
			fetch(`${world.registrar.aws}/_local/registration`, {
				...{ method: "POST", body: JSON.stringify({ domain: world.apexDomain, autoRenew: false }) },
			}),
		/** As if nobody had renewed the wildcard certificate. */
		async endCertificate(stage: Stage, daysLeft: number) {
			const client = new CloudFormationClient(settings(accountOf(stage)));
			const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: `hostmaster-${stage}` }));
			const outputs = Stacks[0]?.Outputs ?? [];
			const arn = outputs.find(({ OutputKey }) => OutputKey === "WildcardCertificateArn")?.OutputValue;
			const body = JSON.stringify({ arn, daysLeft });
			await fetch(`${accountOf(stage).aws}/_local/certificate`, { method: "POST", body });
		},
		/** Takes the tags off a queue, by a deployment from a template of one's own. */
		async editTemplate(stage: Stage) {
			const client = new CloudFormationClient(settings(accountOf(stage)));
			const StackName = `hostmaster-${stage}`;
			const { TemplateBody = "" } = await client.send(new GetTemplateCommand({ StackName }));
			const template = JSON.parse(TemplateBody);
			delete template.Resources.OperationsQueue.Properties.Tags;
			const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
			const { Parameters, Tags } = Stacks[0] ?? {};
			// It is too long to be sent as it is.
			const store = {
				client: new S3Client({ ...settings(accountOf(stage)), forcePathStyle: true }),
				bucket: await bucketOf(client),
			};
			await putArtifact(store, "by-hand.json", JSON.stringify(template));
			const ChangeSetName = "by-hand";
			const wanted = {
				TemplateURL: urlOf(store, "by-hand.json"),
				Parameters,
				Tags,
				Capabilities: ["CAPABILITY_NAMED_IAM" as const],
			};
			await client.send(new CreateChangeSetCommand({ StackName, ChangeSetName, ChangeSetType: "UPDATE", ...wanted }));
			await client.send(new ExecuteChangeSetCommand({ StackName, ChangeSetName }));
			await eventually("An updated stack", 30_000, async () => {
				const now = await client.send(new DescribeStacksCommand({ StackName }));
				return now.Stacks?.[0]?.StackStatus === "UPDATE_COMPLETE" ? true : undefined;
			});
		},
	};
}
