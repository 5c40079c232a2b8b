// The main job through the typed client: a first visit is registered and flagged, the ward answers, admits,
// records an organ failure, fixes the diagnosis and refers back.
//
//   node src/main_job.ts URL   with DOCTOR and SPECIALIST as e-mail:password:code in the environment
import { randomUUID } from "node:crypto";
import type { Case, EventKind, Parting, State } from "./generated/schema.ts";
import { type Api, answered, Refused, signIn } from "./sign_in.ts";

function person(name: string): [{ email: string; password: string }, () => string] {
  const [email, password, code] = (process.env[name] ?? "").split(":");
  if (!email || !password) throw new Error(`${name} is not set`);
  return [{ email, password }, () => code ?? ""];
}

/** The case as the ward still sees it. */
function whole(found: Case | Parting): Case {
  if (!("wards_to_call" in found)) throw new Error("the case has gone to another ward");
  return found;
}

function expectState(found: Case, state: State): void {
  if (found.state !== state) throw new Error(`${found.number} is ${found.state}, not ${state}`);
}

async function register(doctor: Api): Promise<Case> {
  const now = new Date().toISOString();
  const made = await doctor.POST("/api/v1/cases", {
    params: { header: { "Idempotency-Key": randomUUID() } },
    body: {
      patient: { name: "测试患者", sex: "female", birth_date: "1968-04-02" },
      first_visit_at: now,
      chronic_liver_disease: "hepatitis_b",
      presentation: "acute_liver_injury",
      indicators: {
        age_years: 58, cirrhosis: true, variceal_bleeding: false, encephalopathy_grade: 2, bilirubin: 310,
        bilirubin_unit: "umol/L", inr: 2.2, urea: 11, urea_unit: "mmol/L", sodium_mmol_l: 129, sampled_at: now,
      },
    },
  });
  const found = answered(made);
  expectState(found, "offered");
  if (found.assessment?.high_risk !== true || found.assessment.band === "low") throw new Error("not flagged");
  return found;
}

async function takeIn(specialist: Api, case_id: string): Promise<void> {
  const path = { case_id };
  const board = answered(await specialist.GET("/api/v1/board", { params: { query: { part: "window_1" } } }));
  const asked = board.results.find((row) => row.id === case_id);
  if (asked?.offer?.state !== "open") throw new Error("the ward was not asked");
  answered(await specialist.POST("/api/v1/cases/{case_id}/acknowledge", { params: { path } }));
  const accepted = await specialist.POST("/api/v1/cases/{case_id}/accept", {
    params: { path },
    body: { offer: asked.offer.id, bed: "12" },
  });
  expectState(whole(answered(accepted)), "accepted");
  const admitted = await specialist.POST("/api/v1/cases/{case_id}/admit", { params: { path }, body: {} });
  expectState(whole(answered(admitted)), "admitted");
}

async function treat(specialist: Api, case_id: string): Promise<void> {
  const path = { case_id };
  answered(
    await specialist.POST("/api/v1/cases/{case_id}/assess-organ-failure", {
      params: { path },
      body: { bilirubin: 310, bilirubin_unit: "umol/L", inr: 2.7, creatinine: 120, creatinine_unit: "umol/L" },
    }),
  );
  const record = answered(await specialist.GET("/api/v1/cases/{case_id}/ward-record", { params: { path } }));
  const failing = record.organ_failures.at(-1)?.failing ?? [];
  if (!failing.includes("coagulation")) throw new Error(`failing: ${failing.join(", ")}`);
  const diagnosed = await specialist.POST("/api/v1/cases/{case_id}/diagnose", {
    params: { path },
    body: { category: "aclf" },
  });
  expectState(whole(answered(diagnosed)), "diagnosed");
  const back = await specialist.POST("/api/v1/cases/{case_id}/back-refer", {
    params: { path },
    body: { plan: "Entecavir, weekly tests." },
  });
  expectState(whole(answered(back)), "follow_up");
}

async function timeline(doctor: Api, case_id: string): Promise<EventKind[]> {
  const events = answered(await doctor.GET("/api/v1/cases/{case_id}/events", { params: { path: { case_id } } }));
  const accepted = events.results.find((event) => event.what === "accept");
  if (accepted?.what !== "accept" || accepted.details.bed !== "12") throw new Error("no bed on the timeline");
  return events.results.map((event) => event.what);
}

async function refusal(specialist: Api, case_id: string): Promise<string> {
  try {
    const body = { reason: "no_bed" as const };
    answered(await specialist.POST("/api/v1/cases/{case_id}/decline", { params: { path: { case_id } }, body }));
  } catch (error) {
    if (error instanceof Refused && error.code === "verb_not_allowed") return error.code;
    throw error;
  }
  throw new Error("a case in follow-up was declined");
}

const url = process.argv[2] ?? "http://localhost:8000";
const [doctor, specialist] = [await signIn(url, ...person("DOCTOR")), await signIn(url, ...person("SPECIALIST"))];
const registered = await register(doctor);
await takeIn(specialist, registered.id);
await treat(specialist, registered.id);
const refused = await refusal(specialist, registered.id);
console.log(JSON.stringify({ case: registered.id, events: await timeline(doctor, registered.id), refused }));
