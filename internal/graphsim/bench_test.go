package graphsim_test

import (
	"fmt"
	"io"
	"testing"

	"entraphone/internal/graphsim"
)

// BenchmarkCreates sends batches of 20 creates for users who are new each time,
// as an import does; one operation is one batch.
func BenchmarkCreates(b *testing.B) {
	const size = 20
	var requests []string
	for i := range size {
		requests = append(requests, createItem(fmt.Sprint(i+1), "user%07d%%40example.com", "mobile", "+1 206555%04d"))
	}
	format := batch(requests...)
	s := newSim(graphsim.Config{})
	transport := s.Transport()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		b.StopTimer()
		var numbers []any
		for range size {
			numbers = append(numbers, n, n%10000)
			n++
		}
		r := newRequest(b, "POST", host+"/v1.0/$batch", fmt.Sprintf(format, numbers...))
		b.StartTimer()
		response, err := transport.RoundTrip(r)
		if err != nil {
			b.Fatal(err)
		}
		if length, err := io.Copy(io.Discard, response.Body); err != nil || length < size*300 {
			b.Fatalf("an answer of %d bytes, %v", length, err)
		}
	}
	if got := s.Stats().AcceptedWrites; got != n {
		b.Errorf("%d of %d phones were created", got, n)
	}
}
