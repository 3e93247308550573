package submit

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"entraphone/internal/authmethod"
	"entraphone/internal/pace"
)

// Planner is a Sender that changes nothing: it reads the phones of each user once, and
// answers every write as Graph would, by what stands there and by what would have been
// written before. So a run through it comes to the outcome that the same run through
// its Sender would come to, with planned in the place of what would be done.
//
// Only reads leave it, and it paces them itself: the Submitter before it has an
// unlimited pace, since most answers cost nothing.
type Planner struct {
	Sender Sender
	Pacer  *pace.Pacer
	// Without reports whether a user is known to have no phone at all, so that nobody
	// needs to read any; it may be nil. It may be wrong: then the plan is, and not what
	// is made of it.
	Without func(user string) bool

	mu     sync.Mutex
	users  map[string]*phones // by name in lower case
	failed map[string]int     // reads of a user that told nothing
}

// patience is how many reads of a user may tell nothing until the rows are given up:
// whatever their writes would come to, nobody can tell.
const patience = 3

// phones are the numbers of a user by rank, as Graph shows them; empty for none.
type phones [3]string

// batchMost is how many operations a $batch may have:
// https://learn.microsoft.com/graph/json-batching.
const batchMost = 20

// Send answers steps as [Sender] says.
func (p *Planner) Send(ctx context.Context, steps []authmethod.Step) ([]authmethod.Answer, error) {
	answers := make([]authmethod.Answer, len(steps))
	var asked []int
	for i, step := range steps {
		if known := p.known(step); known == nil || step.Verb == authmethod.ReadMethods {
			asked = append(asked, i)
		} else {
			answers[i] = p.answer(step, known)
		}
	}
	for len(asked) > 0 {
		allowed, err := p.Pacer.Wait(ctx, slices.Repeat([]bool{true}, min(len(asked), batchMost)))
		if err != nil {
			for _, i := range asked {
				answers[i] = authmethod.Answer{NotSent: err}
			}
			return answers, err
		}
		reads := make([]authmethod.Step, allowed)
		for j, i := range asked[:allowed] {
			reads[j] = authmethod.Step{Row: steps[i].Row, Verb: authmethod.ReadPhones, User: steps[i].User, PhoneType: steps[i].PhoneType}
			if steps[i].Verb == authmethod.ReadMethods {
				reads[j].Verb = authmethod.ReadMethods
			}
		}
		sentAt := time.Now()
		read, err := p.Sender.Send(ctx, reads)
		p.Pacer.Observe(feedback(sentAt, reads, read))
		for j, i := range asked[:allowed] {
			answers[i] = p.understand(steps[i], read[j])
		}
		if err != nil {
			for _, i := range asked[allowed:] {
				answers[i] = authmethod.Answer{NotSent: err}
			}
			return answers, err
		}
		asked = asked[allowed:]
	}
	return answers, nil
}

// known are the phones of the step's user, or nil where they have to be read.
func (p *Planner) known(step authmethod.Step) *phones {
	p.mu.Lock()
	defer p.mu.Unlock()
	user := strings.ToLower(step.User)
	known := p.users[user]
	if known == nil && (step.Verb == authmethod.Create || step.Verb == authmethod.Read) && p.Without != nil && p.Without(step.User) {
		known = new(phones)
		p.keep(user, known)
	}
	return known
}

func (p *Planner) keep(user string, known *phones) {
	if p.users == nil {
		p.users = map[string]*phones{}
	}
	p.users[user] = known
}

// understand turns the answer to a read into that to the step. A read that told
// nothing is asked again: no write has left, so that there is nothing to doubt.
func (p *Planner) understand(step authmethod.Step, a authmethod.Answer) authmethod.Answer {
	switch fateOf(a) {
	case done:
	case absent, refused, disputed, notTogether:
		return a
	default:
		return p.untold(step, a)
	}
	read := new(phones)
	for _, m := range a.Methods {
		if rank := m.PhoneType.Rank(); rank < len(read) {
			read[rank] = m.Phone
		}
	}
	p.mu.Lock()
	user := strings.ToLower(step.User)
	known := p.users[user]
	if known == nil { // else what would have been written since counts
		known = read
		p.keep(user, known)
	}
	p.mu.Unlock()
	if step.Verb == authmethod.ReadMethods || step.Verb == authmethod.ReadPhones {
		return a
	}
	return p.answer(step, known)
}

// untold is the answer to a step of whose user a read has told nothing. As long as it
// is tried again, the step has not left.
func (p *Planner) untold(step authmethod.Step, a authmethod.Answer) authmethod.Answer {
	err := errors.Join(a.NotSent, a.Lost)
	if err == nil {
		err = fmt.Errorf("reading the phones was answered %d", a.Status)
	}
	if a.NotSent == nil && a.Status != http.StatusTooManyRequests {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.failed == nil {
			p.failed = map[string]int{}
		}
		user := strings.ToLower(step.User)
		if p.failed[user]++; p.failed[user] > patience {
			return authmethod.Answer{Lost: err, RequestID: a.RequestID}
		}
	}
	return authmethod.Answer{NotSent: err, RetryAfter: a.RetryAfter, RequestID: a.RequestID}
}

// answer is what Graph would say. At most one step of a user is on its way, so that
// their phones need no lock.
func (p *Planner) answer(step authmethod.Step, of *phones) authmethod.Answer {
	rank := step.PhoneType.Rank()
	mobile, alternate := authmethod.PhoneTypeMobile.Rank(), authmethod.PhoneTypeAlternateMobile.Rank()
	refusal := authmethod.Answer{Status: 400, Code: "badRequest"}
	switch step.Verb {
	case authmethod.Read:
		if of[rank] == "" {
			return authmethod.Answer{Status: 404, Code: "itemNotFound"}
		}
		return authmethod.Answer{Status: 200, Phone: of[rank]}
	case authmethod.ReadPhones:
		a := authmethod.Answer{Status: 200, Methods: []authmethod.Method{}}
		for _, t := range []authmethod.PhoneType{authmethod.PhoneTypeMobile, authmethod.PhoneTypeAlternateMobile, authmethod.PhoneTypeOffice} {
			if number := of[t.Rank()]; number != "" {
				a.Methods = append(a.Methods, authmethod.Method{PhoneType: t, Phone: number})
			}
		}
		return a
	case authmethod.Create:
		if of[rank] != "" || rank == alternate && of[mobile] == "" {
			return refusal
		}
		of[rank] = step.Number.Graph()
	case authmethod.Update:
		of[rank] = step.Number.Graph()
	case authmethod.Delete:
		if rank == mobile && of[alternate] != "" {
			return refusal
		}
		of[rank] = ""
	}
	return authmethod.Answer{Planned: "would " + inWords[step.Verb] + " the " + string(step.PhoneType) + " phone"}
}

// inWords are the verbs for people.
var inWords = map[authmethod.Verb]string{
	authmethod.Create: "create", authmethod.Update: "update", authmethod.Delete: "remove",
	authmethod.EnableSMS: "enable SMS sign-in with", authmethod.DisableSMS: "disable SMS sign-in with",
}
