package submit

import (
	"time"

	"entraphone/internal/authmethod"
)

// conclude gives the head of a lane its outcome, or has it sent again, and gives
// the lane back. An error of the recorder ends the run; the other lanes of the
// batch are concluded all the same, so that no answer is forgotten.
//
// Where the channel has let nothing through so far, what it refuses may be let through
// by another.
func (s *Submitter) conclude(q *queue, c *channel, l *lane, answer authmethod.Answer) error {
	if refusesCaller(answer) && l.passed < len(s.channels)-1 && !c.health.welcomed() {
		if l.passed++; q.pass(c.n, l) {
			return nil
		}
	}
	defer q.giveBack(c.n, l)
	l.channel = c.Name
	now := time.Now()
	result, delay := s.settler.settle(l, answer)
	if result == nil {
		if l.due = now.Add(delay); c.health.leaves(l.forward, l.due, s.GiveUpAfter, answer) {
			return s.leave(l)
		}
		if !settlesNothing(answer) {
			l.forward = now
		}
		return nil
	}
	err := s.end(l, *result, now)
	for err == nil && len(l.tasks) > 0 {
		rank := s.Rows.At(l.row()).PhoneType.Rank()
		if l.look == authmethod.Read || l.doubt || l.unlisted[rank] < 2 {
			break
		}
		// The lists for an earlier phone of the user did not show this one either.
		err = s.end(l, *resultOf(authmethod.Unchanged, answer, authmethod.CodeGoneAlready), now)
	}
	l.due = now
	return err
}

// end gives the head its outcome, and those that must not follow it. The lane goes on
// with the next task.
func (s *Submitter) end(l *lane, result authmethod.Result, now time.Time) error {
	s.standing.add(l.tasks[0], result)
	result.Credential = l.channel
	err := s.outcome(l.row(), result, now)
	if err == nil {
		err = s.holdBack(l, result)
	}
	if err == nil && result.Outcome == authmethod.Conflict && l.tasks[0].Existing == authmethod.FailExisting {
		err = &ExistingError{s.Rows.At(l.row()).Line}
	}
	removed := result.Outcome == authmethod.Removed || result.Would == authmethod.Delete
	if rank := s.Rows.At(l.row()).PhoneType.Rank(); removed && rank < len(l.gone) {
		l.gone[rank] = true
	}
	if err != nil {
		l.tasks = l.tasks[:1] // the run ends, and nothing may follow
	}
	*l = *s.next(l)
	return err
}

// holdBack gives an outcome to the tasks of a lane that must not follow after
// the head's: an alternateMobile is written behind its mobile, and removed before
// it. A user whom Graph does not know gets no further request. An office phone
// waits for nobody.
func (s *Submitter) holdBack(l *lane, result authmethod.Result) error {
	head, removes := s.Rows.At(l.row()), l.tasks[0].Verb == authmethod.Delete
	kept := l.tasks[:1]
	for _, task := range l.tasks[1:] {
		var held authmethod.Result
		switch {
		// A mobile that stands there with another number is good enough for an
		// alternateMobile.
		case needs(head.PhoneType, removes, s.Rows.At(task.Row).PhoneType, task.Verb) && !result.Outcome.Success() && (removes || !l.stands):
			code := authmethod.CodeHeldBackMobile
			if removes {
				code = authmethod.CodeHeldBackAlternate
			}
			held = code.Result(authmethod.Dependency, head.Line)
			held.Class = result.Class // who helps the one helps the other
		case result.Outcome == authmethod.Failed && result.Reason.Word() == authmethod.CodeUserUnknown.Word():
			held = authmethod.CodeUserUnknownHeld.Result(authmethod.NotAttempted, head.Line)
		default:
			kept = append(kept, task)
			continue
		}
		if err := s.outcome(task.Row, held, time.Time{}); err != nil {
			return err
		}
	}
	l.tasks = kept
	return nil
}

// outcome tells the recorder, one row at a time. The time is zero for a row that
// was not sent.
func (s *Submitter) outcome(row authmethod.RowNumber, result authmethod.Result, at time.Time) error {
	result.FinishedAt = at
	s.outcomes.Lock()
	defer s.outcomes.Unlock()
	return s.Recorder.Outcome(row, result)
}

// settleRest gives an outcome to the lanes that were stopped between two
// requests for the same row; lanes of whose head no write was recorded, and none
// is in doubt, get none. Run calls it when the workers have ended.
func (s *Submitter) settleRest(q *queue) error {
	for _, part := range q.parts {
		for _, l := range part.begun {
			if err := s.leave(l); err != nil {
				return err
			}
		}
	}
	return nil
}

// leave gives the head of a lane the outcome that is known of it so far. What is
// behind it in the lane gets none: it is not sent, and can be later.
func (s *Submitter) leave(l *lane) error {
	defer func() { l.tasks = nil }()
	if !l.intended && !l.doubt && l.refusal.Status == 0 {
		return nil // nobody was told that it would be sent
	}
	result := l.stopped()
	result.Attempts += s.Earlier[l.row()].Attempts
	result.Credential = l.channel
	return s.outcome(l.row(), result, time.Now())
}
