import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Diagnosis } from "../../domain/diagnosis.ts";
import { lagDiagnoses, replicaDiagnoses } from "../../domain/map-replicas.ts";
import { inRegion, markersOf, replicasOf, sampleOf } from "../../services/map-replicas.ts";
import { lookAtAll } from "./check.ts";
import type { Standing } from "./standing.ts";

/** Whether the tenant map is where the edge reads it, and how far its replicas are behind. Only reads. */
export async function lookAtMap({ environment, stack }: Standing, nowMs: number): Promise<Diagnosis[]> {
	const { stage, account } = environment;
	const table = `hostmaster-${stage}-tenant-map`;
	const { parameters } = await stack();
	const replicas = await replicasOf(account.dynamodb, table);
	const regions = replicas.flatMap(({ region, status }) => (status === "ACTIVE" ? [region] : []));
	const lags = await lookAtAll(
		...regions.map((region) => () => lookForLag(account.dynamodb, { table, region }, nowMs)),
	);
	return [...replicaDiagnoses(parameters["MapReplicaRegion"] ?? "", replicas), ...lags];
}

async function lookForLag(
	client: DynamoDBClient,
	{ table, region }: { table: string; region: string },
	nowMs: number,
): Promise<Diagnosis[]> {
	const home = await sampleOf(client, table);
	const hostnames = home.map(({ hostname }) => hostname);
	return lagDiagnoses(region, { home, replica: await markersOf(inRegion(client, region), table, hostnames) }, nowMs);
}
