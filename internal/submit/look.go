package submit

import (
	"slices"
	"time"

	"entraphone/internal/authmethod"
)

// apart is how long after a read that shows no phone the next one is sent. One
// alone proves nothing: for some seconds reads show what stood there before.
const apart = 3 * time.Second

// settleRead explains a refusal that may mean that the phone stands there
// already, or settles a create whose answer was lost. Where it shows no phone
// the create is sent again as long as it may be: that cannot do harm, since a
// user has one phone of a type, and its answer is surer than another read. It
// reads twice at least before it gives up.
func (s *settler) settleRead(l *lane, a authmethod.Answer) (*authmethod.Result, time.Duration) {
	wait := s.wait(l.reads-1, a)
	switch fateOf(a) {
	case done:
		return s.compare(l, a), 0
	case refused, disputed:
		return resultCannotRead(l, a), 0
	case neverLeft, postponed:
		l.reads--
		return nil, wait
	case notTogether:
		l.alone = true
	case absent:
		l.absent++
		switch {
		case l.absent > 1 && (l.unexplained() || !l.lost && l.refusal.Status != 0 && fateOf(l.refusal) != disputed):
			return resultRefused(l.refusal), 0
		// Had the first create kept the phone, the second would have been refused
		// as a duplicate.
		case l.absent > 1 && l.clashes > 1 && !l.lost:
			return resultOf(authmethod.Failed, l.last, authmethod.CodeNumberReserved), 0
		case l.refusal.Status == 0 && l.tries < s.MaxAttempts && l.clashes < 2:
			l.verb = authmethod.Create
			return nil, 0
		}
		wait = max(wait, apart)
	}
	if l.reads < max(2, s.MaxAttempts) {
		return nil, wait
	}
	return resultCannotRead(l, a), 0
}

// compare turns what stands where a create was to put its number into an outcome, or
// into another write if the task may do more. The row's number may stand there
// because of this run, where an answer is in doubt, or may have stood there before.
func (s *settler) compare(l *lane, a authmethod.Answer) *authmethod.Result {
	l.stands = true
	switch s.Compare(s.rows.At(l.row()).Number, a.Phone) {
	case authmethod.Same:
		switch _, since := s.expected[l.row()]; {
		// It may be shown still, after it was removed. The answer to a create is surer.
		case since && l.refusal.Status == 0 && l.tries < s.MaxAttempts:
			l.tries++
			l.verb = authmethod.Create
			return nil
		case l.doubt:
			return resultOf(authmethod.Created, a, l.doubted())
		}
		return resultOf(authmethod.Unchanged, a, "")
	case authmethod.CannotTell:
		return resultOf(authmethod.Unknown, a, authmethod.CodeMasked)
	}
	l.previous = s.Number(a.Phone)
	switch existing := l.tasks[0].Existing; {
	case existing == authmethod.OverwriteExisting:
		l.turn(authmethod.Update, l.as)
		l.changing = true
		return nil
	case existing == authmethod.AddAlternate && l.as == "" && s.rows.At(l.row()).PhoneType == authmethod.PhoneTypeMobile:
		l.turn(authmethod.Create, authmethod.PhoneTypeAlternateMobile)
		l.previous = authmethod.PhoneNumber{}
		return nil
	}
	r := resultOf(authmethod.Conflict, a, authmethod.CodeConflict)
	if l.refusal.Status != 0 {
		r.Status, r.Code, r.RequestID = l.refusal.Status, l.refusal.Code, l.refusal.RequestID
	}
	r.Registered = l.previous
	return r
}

// settleLook decides by what stands there whether a phone is to be updated or taken
// away: only the number that is expected, unless any may be, and not one that
// somebody has put in its place. It also settles an update or a removal whose answer
// was lost. That another phone is there is believed when two reads say so; that none
// is, when the answer to a removal says so as well. It reads three times at least
// before it gives up: it may need two that agree.
func (s *settler) settleLook(l *lane, a authmethod.Answer) (*authmethod.Result, time.Duration) {
	l.listed(a)
	shown, of := l.shown(s.phoneType(l), a)
	switch of {
	case done:
		l.stands = true
		if result, decided := s.standing(l, a, shown); decided {
			return result, 0
		}
	case absent:
		if a.Methods == nil && l.verb != authmethod.Read {
			return resultRefused(a), 0 // it is the user who is not there
		}
		if l.absent++; l.absent > 1 {
			if result, decided := s.missing(l, a); decided {
				return result, 0
			}
		}
	case refused, disputed:
		return resultCannotRead(l, a), 0
	case neverLeft, postponed:
		l.reads--
		return nil, s.wait(l.reads, a)
	case notTogether:
		l.alone = true
	}
	if l.reads < max(3, s.MaxAttempts) {
		return nil, max(s.wait(l.reads-1, a), apart)
	}
	return resultCannotRead(l, a), 0
}

// standing decides about a phone that is shown: there is a result, or the write that
// comes next is set. It is not decided where another read has to agree first.
func (s *settler) standing(l *lane, a authmethod.Answer, shown string) (result *authmethod.Result, decided bool) {
	task, row := l.tasks[0], s.rows.At(l.row())
	removes := task.Verb == authmethod.Delete
	expected, since := s.expected[l.row()]
	if !removes && s.Compare(row.Number, shown) == authmethod.Same {
		switch {
		// The read may show what stood there before the number that is expected; and
		// where it does not, an update does no harm.
		case since && l.refusal.Status == 0 && l.tries < s.MaxAttempts:
			l.verb, l.previous = authmethod.Update, expected
			return nil, true
		case l.doubt:
			return l.changed(authmethod.Updated, a, l.doubted()), true
		case l.refusal.Status != 0: // stored all the same
			return l.changed(authmethod.Updated, a, ""), true
		}
		return resultOf(authmethod.Unchanged, a, ""), true
	}
	any := task.Existing == authmethod.OverwriteExisting
	if !since {
		expected = row.Number
	}
	same := s.Compare(expected, shown)
	// Whose number it is cannot be seen, so it stays.
	if same == authmethod.CannotTell && !(any && removes) {
		return resultOf(authmethod.Unknown, a, authmethod.CodeMasked), true
	}
	l.previous = s.Number(shown)
	refusal := authmethod.CodeConflictRemove
	if since {
		refusal = authmethod.CodeChangedSince
	}
	switch {
	case l.refusal.Status != 0: // and the former number is still shown
		switch l.others++; {
		case l.others < 2:
			return nil, false
		case removes:
			return l.notRemoved(l.refusal), true
		}
		return l.refused(l.refusal), true
	case !any && same != authmethod.Same:
		if l.others++; l.others > 1 {
			return l.changed(authmethod.Conflict, a, refusal), true
		}
		return nil, false
	case l.tries >= s.MaxAttempts && l.clashes > 0:
		return resultOf(authmethod.Unknown, l.last, authmethod.CodeNumberReserved), true
	case l.tries >= s.MaxAttempts:
		return resultOf(authmethod.Unknown, a, authmethod.CodeNotSettled, "what stood there before is still shown"), true
	}
	l.verb = authmethod.Update
	if removes {
		if l.onlyMethod(row.PhoneType, a) {
			return l.changed(authmethod.Conflict, a, authmethod.CodeLastMethod), true
		}
		l.verb = authmethod.Delete
		l.beside = row.PhoneType == authmethod.PhoneTypeMobile && slices.ContainsFunc(a.Methods, func(m authmethod.Method) bool { return m.PhoneType == authmethod.PhoneTypeAlternateMobile })
	}
	return nil, true
}

// missing decides where two reads show no phone.
func (s *settler) missing(l *lane, a authmethod.Answer) (result *authmethod.Result, decided bool) {
	_, since := s.expected[l.row()]
	switch task := l.tasks[0]; {
	case task.Verb == authmethod.Create: // it stood there when it was to be overwritten
		if l.tries++; l.tries > s.MaxAttempts {
			return nil, false
		}
		l.turn(authmethod.Create, l.as)
		l.changing = false
		return nil, true
	case task.Verb == authmethod.Update && since:
		return resultOf(authmethod.Conflict, a, authmethod.CodeChangedSince), true
	case task.Verb == authmethod.Update && l.doubt:
		return resultOf(authmethod.Unknown, a, authmethod.CodeNotSettled, "the phone is not shown any more"), true
	case task.Verb == authmethod.Update:
		return resultOf(authmethod.Failed, a, authmethod.CodeNothingToUpdate), true
	// Lists have shown it twice, of all types at once: no removal is spent on it.
	case l.look != authmethod.Read && (l.doubt || l.stands), l.refusal.Status != 0:
		return l.changed(authmethod.Removed, a, ""), true
	case l.look != authmethod.Read:
		return resultOf(authmethod.Unchanged, a, authmethod.CodeGoneAlready), true
	case l.tries < s.MaxAttempts:
		l.verb = authmethod.Delete // its answer is surer than any read
		return nil, true
	}
	return nil, false
}

// phoneType is the type of the phone that the head is about.
func (s *settler) phoneType(l *lane) authmethod.PhoneType {
	if l.as != "" {
		return l.as
	}
	return s.rows.At(l.row()).PhoneType
}
