package report

import (
	"encoding/json"
	"os"
	"time"

	"entraphone/internal/authmethod"
)

// summaryVersion is that of summary.json, in which fields are only added.
const summaryVersion = 1

// Option is an option as it was given. None holds a secret.
type Option struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Limit is a limit that a run was given, and how much of it the run has used, in rows
// or in seconds.
type Limit struct {
	Flag string  `json:"flag"`
	Used float64 `json:"used"`
	Most float64 `json:"most"`
}

// Paths are where a run has left what it knows. What could not be written is empty.
type Paths struct {
	Folder  string   `json:"folder"`
	Results string   `json:"results"`
	Rejects []string `json:"rejects"`
	Journal string   `json:"journal"`
	Summary string   `json:"summary"`
	Report  string   `json:"report,omitempty"` // the page
}

// Traffic is how the requests of one process went, in seconds and in steps a second.
// A plan or a rehearsal has it as well; who sends nothing has zeros.
type Traffic struct {
	// Waiting is the time in which no request was allowed to leave.
	Waiting Waiting `json:"waitingSeconds"`
	// Reached is the mean while phones were sent or read, waiting included.
	Reached float64 `json:"operationsPerSecond"`
	// Limit is the tenant's as far as it was found; 0 where nothing was throttled.
	Limit float64 `json:"limitPerSecond"`
	// Latency is how long answers took. The figures are up to 5 % too high.
	Latency Latency `json:"latencySeconds"`
}

// Waiting is a time by its reason, in seconds.
type Waiting struct {
	Throttled float64 `json:"throttled"`
	Trouble   float64 `json:"trouble"` // Graph failed or could not be reached
	Window    float64 `json:"window"`  // --window was closed
}

// Latency are percentiles over requests, in seconds.
type Latency struct {
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
}

// typeCount is about the phones of one type.
type typeCount struct {
	Rows int `json:"rows"`
	Done int `json:"done"` // those with which nothing is left to do
}

// Summary is summary.json. Fields may be added; their names and meanings do not
// change. It is for programs, which find every key in every run.
type Summary struct {
	FormatVersion int `json:"formatVersion"`

	Input summaryInput `json:"input"`
	Facts
	// Seconds are those from StartedAt to FinishedAt, waiting included.
	Seconds  float64        `json:"durationSeconds"`
	Outcomes map[string]int `json:"outcomes"` // every outcome, also those with 0
	Classes  map[string]int `json:"classes"`
	Noted    int            `json:"rowsWithNotes"`
	// Reasons count the rows by the code of their reason, of rows that have one.
	Reasons map[string]int `json:"reasons"`
	// PhoneTypes leave out the rows whose type could not be read.
	PhoneTypes map[string]typeCount `json:"phoneTypes"`
	// Would is what planned rows would do, where the tenant was read.
	Would map[string]int `json:"would"`
}

// Summarize is the summary of a run.
func Summarize(results *authmethod.Results, f Facts) Summary {
	counts, classes := results.Counts(), classesOf(results)
	f.StartedAt, f.FinishedAt = f.StartedAt.UTC(), f.FinishedAt.UTC()
	f.Options, f.Used = append([]Option{}, f.Options...), append([]Limit{}, f.Used...) // an empty list, never null
	f.Paths.Rejects = append([]string{}, f.Paths.Rejects...)
	s := Summary{
		FormatVersion: summaryVersion,
		Facts:         f, Input: summaryInput{f.Input, f.SHA256, results.Rows().Len(), f.LeftOut, f.WithoutPhone},
		Seconds:  f.FinishedAt.Sub(f.StartedAt).Seconds(),
		Outcomes: make(map[string]int), Classes: make(map[string]int), Noted: noted(results),
		Reasons: make(map[string]int), PhoneTypes: make(map[string]typeCount), Would: make(map[string]int),
	}
	for _, outcome := range authmethod.Outcomes() {
		s.Outcomes[string(outcome)] = counts[outcome]
	}
	for _, class := range authmethod.Classes() {
		s.Classes[string(class)] = len(classes[class])
	}
	for _, phoneType := range []authmethod.PhoneType{authmethod.PhoneTypeMobile, authmethod.PhoneTypeAlternateMobile, authmethod.PhoneTypeOffice} {
		s.PhoneTypes[string(phoneType)] = typeCount{}
	}
	for n, row := range results.Rows().All() {
		s.count(row, results.At(n))
	}
	return s
}

// count adds one row.
func (s *Summary) count(row *authmethod.Row, result authmethod.Result) {
	if result.Reason != "" {
		s.Reasons[result.Reason.Word()]++
	}
	if result.Would != authmethod.None {
		s.Would[result.Would.String()]++
	}
	of, known := s.PhoneTypes[string(row.PhoneType)]
	if !known {
		return // of a file that holds another word there
	}
	of.Rows++
	if result.Outcome.Success() {
		of.Done++
	}
	s.PhoneTypes[string(row.PhoneType)] = of
}

// Recall takes over what only the process that sent the phones knew: what its requests
// came to. An earlier summary that is not there, or cannot be read, has nothing.
func Recall(f *Facts, path string) {
	text, err := os.ReadFile(path)
	if err != nil {
		return
	}
	var then Facts
	if json.Unmarshal(text, &then) != nil || then.Requests == 0 {
		return
	}
	f.Requests, f.Operations, f.Throttled, f.Lost, f.ReadBacks = then.Requests, then.Operations, then.Throttled, then.Lost, then.ReadBacks
	f.Traffic = then.Traffic
}

// Seconds is a time as summaries have it: in seconds, to a thousandth.
func Seconds(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }
