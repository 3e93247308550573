// Package pace decides how fast steps may be sent: one [Pacer], shared by
// all workers, finds the limit of a tenant that nobody has told us and keeps
// just about at it. It sends nothing, retries nothing and knows no HTTP; it is
// told what came back and says when the next request may leave.
//
// Its invariant: from the moment one answer was throttled until the longest
// Retry-After is over, no call of [Pacer.Wait] returns, for any worker.
//
// # Why a search
//
// Microsoft documents 20 writes a second for an application in a tenant, but
// not which limit counts phone methods; 0.5 to 6 a second have been stated and
// observed, and the limit may change while a run goes on. See
// https://learn.microsoft.com/graph/throttling-limits. TCP has the same task
// with an unknown bottleneck, so its means are used here, with one difference:
// a throttle costs a hold of whole seconds, so it must be rare.
//
// Most runs are short. What counts for them is the allowance that every bucket
// and every window has at its start, and the round trips until it is found.
//
//	sent ^               ,---|             ,--|             ,--
//	     |            ,--'   |            |   |            |
//	     |        ,---'      |    HOLD    |   |    WAIT    |    <- a window
//	     +--------'-----------------------------------------> time
//	      slow start      throttled     its room, at once
//
//	rate ^      slow start           cut              found a higher quota
//	     |          /|                                         ,
//	     |         / |                                       ,'
//	 quota - - - -/- | - - - - - - - - - _,-'| - - - - - _,-'
//	     |      ,'   |      _,,.-----''''    |  _,,.--'''   <- plateau
//	     |   ,-'     |HOLD|'                 |''               of a bucket
//	     +-----------------------------------------------------> time
//
// Slow start: one step, and two thirds more with every round trip up to one full
// request in flight, later a share of what was accepted. So few steps are in
// flight, to be refused, when the quota is found.
//
// The first throttle tells which it is. A bucket regains its next token soon; a
// window makes everybody wait until it opens, which gives its span. Its room is
// what was accepted. For a bucket the same number is taken as what it regains
// within the ten seconds for which Graph states its limits: a guess, which the
// next throttle replaces.
//
// Estimate: the steps accepted from the end of one hold to the end of the
// next, divided by that time with the hold in it. For a quota per window that
// is the quota itself, however far the pace overshot; for a token bucket too.
// A short interval says little, so estimates are averaged with a memory of 150
// seconds, or as long as it took to make the earlier one. An interval in which
// the rate rose averages over rates below the quota, so the estimate is then
// raised part of the way. No estimate takes more than half of the rate at once.
//
// Cut and climb: the next climb has the shape of CUBIC (RFC 9438): it starts
// 1.5 % below the estimate, flattens out at it, and then rises ever faster, so
// that most steps go out at the quota and a doubled quota is still found
// within ten minutes. A throttle before the plateau is reached means that the
// estimate was too high or that a window is still full of earlier steps:
// the cut then doubles, up to 10 %, while the estimate moves only as its memory
// allows. The room of a window climbs alike, but begins at what it was seen to
// take. Once a throttle does not fit the window, an even rate is kept.
//
// Rarity: the flat part lasts 75 steps for every one that the last
// throttle refused, within limits, so that about one step in a hundred or
// fewer are refused under any quota.
//
// The climb counts only time that workers spent waiting for the quota (compare
// RFC 7661): a rate that is not used proves nothing.
//
// Requests may be what is counted, per window or in flight. Where whole requests
// are refused and never a part of one, they go out full, and one at a time if
// others were in flight with the first that was refused.
//
// Reads count like writes until it is seen that they do not: the limit that was stated
// for phone methods is of both. Two books are kept, of all steps and of writes alone.
// Where the first has no room, the reads that come next are sent all the same, or a few
// writes for which the second has room. If they are accepted, reads need no room any
// more. If they or any later read are refused, all steps count to the end. A window
// that refuses tells as well, by the book in which it is as full as before.
//
// # One hold for all
//
// A 429 holds everyone. Answers to requests that had been sent before the hold
// began may lengthen it, but they are the same episode and do not cut again.
// Workers pass one by one through a turnstile in which only the first waits, and
// what it may send is decided when it leaves. So there is no herd.
//
// Trouble (503, 504, a lost connection) holds everyone too, with exponential
// backoff, but says nothing about a quota: the rate stays, and the time is left
// out of the estimate.
package pace
