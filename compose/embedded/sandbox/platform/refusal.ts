/** The error table of the platform: code, template and HTTP status. */
const REFUSALS = {
  access: { code: 1, template: "No Access", status: 403 },
  validation: { code: 2, template: "Validation Error", status: 422 },
  user: { code: 3, template: "User Validation Error", status: 422 },
  permission: { code: 4, template: "Permission Validation Error", status: 422 },
  git: { code: 5, template: "Git Repo Validation Error", status: 422 },
  repo: { code: 6, template: "Repo Validation Error", status: 422 },
  unit: { code: 7, template: "Unit Validation Error", status: 422 },
  node: { code: 8, template: "UnitNode Validation Error", status: 422 },
  dataPipe: { code: 8, template: "DataPipe Validation Error", status: 422 },
  json: { code: 9, template: "JSON Decode Error", status: 422 },
  mqtt: { code: 10, template: "MQTT Error", status: 422 },
  cipher: { code: 12, template: "Cipher Error", status: 422 },
  registry: { code: 13, template: "Repository Registry Validation Error", status: 422 },
  feature: { code: 15, template: "Feature Flag Error", status: 405 },
} as const;

/** A request that the platform understands and turns down. */
export class Refusal extends Error {
  readonly status: number;

  constructor(kind: keyof typeof REFUSALS, text: string) {
    const { code, template, status } = REFUSALS[kind];
    super(`${status}: ${code}: ${template}: ${text}`);
    this.name = "Refusal";
    this.status = status;
  }
}

/** The object, or the refusal that a missing one gets (422, never 404). */
export function existing<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new Refusal("validation", "The object does not exist");
  return row;
}
