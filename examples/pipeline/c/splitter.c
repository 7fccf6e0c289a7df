// Cuts a text into words, numbers and marks: the first stage of the pipeline.

#include "splitter.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// splitter.h is made from WIT and its names are long; these are the ones that this file is about.
typedef exports_weft_pipeline_tokens_token_t token_t;
typedef exports_weft_pipeline_tokens_list_token_t tokens_t;
typedef exports_weft_pipeline_tokens_failure_t failure_t;

enum { text_bytes_max = 64 * 1024, number_digits_max = 18 };

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

static bool is_letter(uint8_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

static bool is_printed(uint8_t c) { return c > ' ' && c != 0x7f; }

// The bytes of the word or number that begins there; 0: none does.
static size_t run_length(const uint8_t* from, const uint8_t* end) {
    const uint8_t* at = from;
    while (at < end && (is_letter(*at) || is_digit(*at))) at++;
    return (size_t)(at - from);
}

static bool read_number(const uint8_t* digits, size_t count, uint64_t* number) {
    if (count > number_digits_max) return false;
    *number = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_digit(digits[i])) return false;
        *number = *number * 10 + (uint64_t)(digits[i] - '0');
    }
    return true;
}

// Grows by doubling, so `capacity` is kept beside the list.
static token_t* add(tokens_t* list, size_t* capacity) {
    if (list->len == *capacity) {
        *capacity = *capacity == 0 ? 64 : *capacity * 2;
        list->ptr = realloc(list->ptr, *capacity * sizeof *list->ptr);
        if (!list->ptr) abort();
    }
    return &list->ptr[list->len++];
}

// What the list holds belongs to it; the bindings free both after the caller has them.
static tokens_t cut(const uint8_t* at, const uint8_t* end) {
    tokens_t list = {NULL, 0};
    size_t capacity = 0;
    while (at < end) {
        const size_t length = run_length(at, end);
        if (length == 0) {
            if (is_printed(*at))
                *add(&list, &capacity) =
                    (token_t){.tag = WEFT_PIPELINE_TYPES_TOKEN_MARK, .val.mark = *at};
            at++;
            continue;
        }
        token_t token = {.tag = WEFT_PIPELINE_TYPES_TOKEN_NUMBER};
        if (!read_number(at, length, &token.val.number)) {
            token.tag = WEFT_PIPELINE_TYPES_TOKEN_WORD;
            splitter_string_dup_n(&token.val.word, (const char*)at, length);
        }
        *add(&list, &capacity) = token;
        at += length;
    }
    return list;
}

bool exports_weft_pipeline_tokens_split(splitter_string_t* text, tokens_t* tokens,
                                        failure_t* failure) {
    const bool is_too_long = text->len > text_bytes_max;
    if (!is_too_long) *tokens = cut(text->ptr, text->ptr + text->len);
    splitter_string_free(text);
    if (is_too_long) {
        failure->tag = WEFT_PIPELINE_TYPES_FAILURE_TOO_LONG;
        failure->val.too_long = text_bytes_max;
        return false;
    }
    failure->tag = WEFT_PIPELINE_TYPES_FAILURE_EMPTY;
    return tokens->len > 0;
}
