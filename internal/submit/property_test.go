package submit_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"entraphone/internal/authmethod"
	"entraphone/internal/pace"
	"entraphone/internal/phonenumber"
	"entraphone/internal/plan"
	"entraphone/internal/submit"
)

// fickle is a Graph that keeps the documented rules and does everything else
// that can go wrong, at random: throttles that were carried out all the same,
// lost answers, requests refused as a whole, protected and unknown users. It
// watches the order in which it is asked.
type fickle struct {
	mu         sync.Mutex
	random     *rand.Rand
	trouble    float64           // share of steps that something befalls
	before     map[string]string // phones that stood there before the run
	phones     map[string]string
	busy       map[string]bool // users with a step in flight
	doubted    map[string]bool // phones whose create may have been carried out unsaid
	inFile     map[string]bool // phones that the plan will send
	recorder   *memory
	rows       *authmethod.Rows
	violations []string
}

func key(user string, t authmethod.PhoneType) string { return strings.ToLower(user) + " " + string(t) }

func (f *fickle) violate(format string, args ...any) {
	f.violations = append(f.violations, fmt.Sprintf(format, args...))
}

func (f *fickle) Send(ctx context.Context, steps []authmethod.Step) ([]authmethod.Answer, error) {
	f.mu.Lock()
	for _, step := range steps {
		f.watch(step, len(steps))
	}
	latency := time.Duration(f.random.IntN(300)) * time.Millisecond
	f.mu.Unlock()
	select {
	case <-ctx.Done():
	case <-time.After(latency):
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	refused, cut := len(steps) > 1 && f.random.Float64() < f.trouble/20, f.random.Float64() < f.trouble/20
	answers := make([]authmethod.Answer, len(steps))
	for i, step := range steps {
		answers[i] = f.answer(step, refused)
		if cut {
			answers[i] = authmethod.Answer{Lost: errCut}
		}
		if a := answers[i]; step.Verb == authmethod.Create && (a.Lost != nil || a.Status >= 500 && a.Status != 503) {
			f.doubted[key(step.User, step.PhoneType)] = true
		}
		f.busy[strings.ToLower(step.User)] = false
	}
	return answers, nil
}

// watch checks what must hold whenever a step is sent.
func (f *fickle) watch(step authmethod.Step, size int) {
	user := strings.ToLower(step.User)
	if f.busy[user] {
		f.violate("two steps of %s in flight", user)
	}
	f.busy[user] = true
	if size > 20 {
		f.violate("a batch of %d", size)
	}
	if step.Verb == authmethod.Create && step.PhoneType == authmethod.PhoneTypeAlternateMobile && f.inFile[key(user, authmethod.PhoneTypeMobile)] {
		if !f.mobileArrived(user) {
			f.violate("alternateMobile of %s sent before its mobile arrived", user)
		}
	}
}

func (f *fickle) mobileArrived(user string) bool {
	f.recorder.mu.Lock()
	defer f.recorder.mu.Unlock()
	for i, result := range f.recorder.results {
		row := f.rows.At(i)
		if strings.EqualFold(row.User, user) && row.PhoneType == authmethod.PhoneTypeMobile {
			return result.Outcome == authmethod.Created || result.Outcome == authmethod.Unchanged || result.Outcome == authmethod.Conflict
		}
	}
	return false
}

func (f *fickle) answer(step authmethod.Step, refused bool) authmethod.Answer {
	if refused {
		return authmethod.Answer{Status: 400, Code: "BadRequest", Alone: true}
	}
	if f.random.Float64() >= f.trouble {
		return f.work(step)
	}
	if f.random.IntN(2) == 0 {
		f.work(step) // and the answer does not say so
	}
	wait := time.Duration(f.random.IntN(4)) * 900 * time.Millisecond
	switch f.random.IntN(7) {
	case 0, 1:
		return authmethod.Answer{Status: 429, RetryAfter: wait}
	case 2:
		return authmethod.Answer{Status: 503, RetryAfter: wait}
	case 3:
		return authmethod.Answer{Status: 500}
	case 4:
		return authmethod.Answer{Status: 502 + 2*f.random.IntN(2)}
	}
	return authmethod.Answer{Lost: errCut}
}

// work does what Graph documents.
func (f *fickle) work(step authmethod.Step) authmethod.Answer {
	user, phone := strings.ToLower(step.User), key(step.User, step.PhoneType)
	switch {
	case strings.HasPrefix(user, "unknown"):
		return status(404)
	case strings.HasPrefix(user, "protected"):
		return status(403)
	case step.Verb == authmethod.Read && f.phones[phone] == "", step.Verb == authmethod.Read && f.before[phone] == "" && f.random.Float64() < f.trouble:
		return status(404) // or it is not shown yet
	case step.Verb == authmethod.Read:
		return authmethod.Answer{Status: 200, Phone: f.phones[phone]}
	case f.phones[phone] != "":
		return status(400)
	case step.PhoneType == authmethod.PhoneTypeAlternateMobile && f.phones[key(user, authmethod.PhoneTypeMobile)] == "":
		return status(400)
	case step.PhoneType == authmethod.PhoneTypeMobile && step.Number.Graph() == clashing:
		// Another user signs in with it by SMS. Some phones are kept all the same.
		if user < "d" {
			f.phones[phone] = step.Number.Graph()
		}
		return authmethod.Answer{Status: 409, Code: "phoneNumberNotUnique"}
	}
	f.phones[phone] = step.Number.Graph()
	return status(201)
}

const clashing = "+1 2065550103"

// draw makes a file, a tenant and a share of trouble.
func draw(t *rapid.T) (triples []string, before map[string]string, trouble float64, seed uint64) {
	user := rapid.SampledFrom([]string{"a@x", "A@x", "b@x", "c@x", "d@x", "e@x", "f@x", "g@x", "unknown@x", "protected@x"})
	phoneType := rapid.SampledFrom([]string{"mobile", "mobile", "alternateMobile", "office"})
	number := rapid.SampledFrom([]string{"+1 2065550101", "+1 2065550102", "+1 2065550103"})
	triples = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
		return user.Draw(t, "user") + " " + phoneType.Draw(t, "type") + " " + number.Draw(t, "number")
	}), 1, 40).Draw(t, "rows")
	before = map[string]string{}
	for range rapid.IntRange(0, 5).Draw(t, "phones before") {
		before[key(user.Draw(t, "user"), authmethod.PhoneType(phoneType.Draw(t, "type")))] = number.Draw(t, "number")
	}
	return triples, before, rapid.SampledFrom([]float64{0, 0.1, 0.4, 0.8}).Draw(t, "trouble"), rapid.Uint64().Draw(t, "seed")
}

// Whatever the file and whatever goes wrong: never two steps of a user in
// flight, never an alternateMobile before its mobile has arrived, never a
// failure called that may have been carried out, exactly one outcome a row, and what is called created or unchanged stands in the tenant.
func TestOrderAndOutcomesHoldWhateverHappens(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		triples, before, trouble, seed := draw(rt)
		workers, batch := rapid.IntRange(1, 6).Draw(rt, "workers"), rapid.SampledFrom([]int{1, 3, 20}).Draw(rt, "batch")
		interrupt := rapid.SampledFrom([]time.Duration{0, 0, time.Second, 5 * time.Second}).Draw(rt, "interrupt after")
		var violations []string
		synctest.Test(t, func(t *testing.T) {
			rows := rowsOf(triples...)
			p := plan.Build(rows, plan.Policy{})
			recorder := newMemory(t)
			graph := &fickle{
				random: rand.New(rand.NewPCG(seed, 1)), trouble: trouble, before: before, phones: maps.Clone(before), busy: map[string]bool{}, doubted: map[string]bool{},
				inFile: map[string]bool{}, recorder: recorder, rows: rows,
			}
			planned := map[authmethod.RowNumber]bool{}
			for _, lane := range p.Lanes {
				for _, task := range lane {
					planned[task.Row] = true
					graph.inFile[key(rows.At(task.Row).User, rows.At(task.Row).PhoneType)] = true
				}
			}
			s := submitter(rows, graph, recorder)
			s.Workers, s.BatchSize, s.Channels[0].Pacer = workers, batch, pace.New(50, noJitter)
			ctx := t.Context()
			if interrupt > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, interrupt)
				defer cancel()
			}
			err := s.Run(ctx, p.Lanes)
			if err != nil && interrupt == 0 && !allForbidden(err, recorder) {
				graph.violate("Run = %v", err)
			}
			graph.checkOutcomes(planned, err != nil)
			violations = graph.violations
		})
		if len(violations) > 0 {
			rt.Fatalf("%s", strings.Join(violations, "\n"))
		}
	})
}

// allForbidden reports whether the run ended because nothing but 403 was
// answered.
func allForbidden(err error, recorder *memory) bool {
	var permission *submit.RefusedError
	for _, result := range recorder.results {
		if result.Outcome.Success() || result.Status != 403 && result.Outcome != authmethod.Dependency {
			return false
		}
	}
	return errors.As(err, &permission)
}

func (f *fickle) checkOutcomes(planned map[authmethod.RowNumber]bool, stopped bool) {
	for i, result := range f.recorder.results {
		row := f.rows.At(i)
		if !planned[i] {
			f.violate("row %d was not planned and is %s", i, result.Outcome)
		}
		stands := phonenumber.Compare(row.Number, f.phones[key(row.User, row.PhoneType)])
		switch result.Outcome {
		case authmethod.Created, authmethod.Unchanged:
			if stands != authmethod.Same {
				f.violate("row %d is %s, and its number does not stand there", i, result.Outcome)
			}
		case authmethod.Failed, authmethod.Dependency:
			if result.Outcome == authmethod.Failed && f.doubted[key(row.User, row.PhoneType)] {
				f.violate("row %d is failed, and may have been carried out", i)
			}
			if stands == authmethod.Same && f.before[key(row.User, row.PhoneType)] == "" {
				f.violate("row %d is %s, and its number stands there", i, result.Outcome)
			}
		case authmethod.Conflict:
			if stands != authmethod.Different {
				f.violate("row %d is a conflict, and no other number stands there", i)
			}
		}
	}
	if !stopped && len(f.recorder.results) != len(planned) {
		f.violate("%d of %d rows have an outcome", len(f.recorder.results), len(planned))
	}
}
