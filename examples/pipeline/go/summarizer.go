// Package export_weft_pipeline_statistics counts what is in a text: the second stage of the pipeline. The bindings, which
// are made from WIT, look for the package under this name.
package export_weft_pipeline_statistics

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	wit "go.bytecodealliance.org/pkg/wit/types"
	pipeline "wit_component/weft_pipeline_types"
)

// Summarize looks at all the tokens of a text.
func Summarize(text []pipeline.Token, frequentMax uint32) pipeline.Summary {
	summary := pipeline.Summary{Longest: wit.None[string](), Largest: wit.None[uint64]()}
	places := map[string]int{}
	letters := 0
	for _, token := range text {
		switch token.Tag() {
		case pipeline.Token_Word:
			summary.Words++
			if count := utf8.RuneCountInString(token.Word()); count > letters {
				letters = count
				summary.Longest = wit.Some(token.Word())
			}
			count(strings.ToLower(token.Word()), places, &summary.Frequent)
		case pipeline.Token_Number:
			summary.Numbers++
			summary.Largest = wit.Some(max(token.Number(), summary.Largest.SomeOr(0)))
		default:
			summary.Marks++
		}
	}
	summary.Different = uint32(len(summary.Frequent))
	// Stable: what is as frequent stays in its order.
	slices.SortStableFunc(summary.Frequent, func(a, b pipeline.Frequency) int { return cmp.Compare(b.Count, a.Count) })
	summary.Frequent = summary.Frequent[:min(len(summary.Frequent), int(frequentMax))]
	return summary
}

// In found each word stands once, in the order of the text; places says where.
func count(word string, places map[string]int, found *[]pipeline.Frequency) {
	place, known := places[word]
	if !known {
		place = len(*found)
		places[word] = place
		*found = append(*found, pipeline.Frequency{Word: word})
	}
	(*found)[place].Count++
}
