// The alarm of a ward's people, as a state machine without a browser: what it may be in, and what leads where.
//
// state         means                                                    heard
// off           the person does not want sound on this device            no
// wanted        sound is wanted; the browser has yet to say whether      no
// blocked       the browser allows this page no sound; the page says so  by another tab, if one may sound
// armed         allowed, and nothing waits                               nothing to hear
// ringing       something waits for an acknowledgement                   yes, by one tab of the browser
// acknowledged  what waited has been acknowledged; the page says so      no
export const TRANSITIONS = {
  off: { want: "wanted" },
  wanted: { refuse: "off", allow: "armed", forbid: "blocked" },
  blocked: { refuse: "off", allow: "armed" },
  armed: { refuse: "off", forbid: "blocked", wait: "ringing" },
  ringing: { refuse: "off", forbid: "blocked", acknowledge: "acknowledged" },
  acknowledged: { refuse: "off", forbid: "blocked", wait: "ringing", settle: "armed" },
};

// A machine that is given conditions as they become known, in any order, and calls `entered` with each new state.
export class Alarm {
  constructor(entered) {
    this.state = "off";
    this.conditions = { isWanted: false, isAllowed: null, isWaiting: false };
    this.entered = entered;
  }

  learn(conditions) {
    Object.assign(this.conditions, conditions);
    const { isWanted, isAllowed, isWaiting } = this.conditions;
    this.take(isWanted ? "want" : "refuse");
    if (isAllowed !== null) this.take(isAllowed ? "allow" : "forbid");
    this.take(isWaiting ? "wait" : "acknowledge");
  }

  take(event) {
    const next = TRANSITIONS[this.state][event];
    if (!next) return;
    this.state = next;
    this.entered(next);
  }
}

export const RING_EVERY_MS = 5000;
const QUIETEST = 0.2;
const LOUDEST_AFTER_SECONDS = 180;

// From 0 to 1. It grows with the time that the oldest has waited, so that a new page goes on where the last one was.
export const loudness = (seconds) =>
  QUIETEST + (1 - QUIETEST) * Math.min(Math.max(seconds, 0) / LOUDEST_AFTER_SECONDS, 1);
