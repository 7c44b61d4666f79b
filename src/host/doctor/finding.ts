/** One line of the doctor: what was looked at, what was seen, and what to do about it where something is not well. */
export interface DoctorLine {
  readonly subject: string;
  /** `missing`: a run cannot work without it. `warn`: it works, but. */
  readonly state: 'ok' | 'warn' | 'missing';
  readonly seen: string;
  readonly advice?: string | undefined;
}

/** A line that is well. */
export function ok(subject: string, seen: string): DoctorLine {
  return { subject, state: 'ok', seen };
}

/** A line that a run can live with. */
export function warn(subject: string, seen: string, advice: string): DoctorLine {
  return { subject, state: 'warn', seen, advice };
}

/** A line that stands in a run's way. */
export function missing(subject: string, seen: string, advice: string): DoctorLine {
  return { subject, state: 'missing', seen, advice };
}
