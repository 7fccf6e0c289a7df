#include "base/rt/pipe.h"

#include <string>

#include <gtest/gtest.h>

#include "base/rt/byte_stream_fixture.h"
#include "base/rt/sim_loop_fixture.h"

namespace weft::rt {
namespace {

Task<void> write_pieces(std::unique_ptr<ByteSink> sink, int pieces, int* written) {
    for (int i = 1; i <= pieces; ++i) {
        CO_CHECK(co_await sink->write({to_bytes("abcd"), i == pieces}));
        ++*written;
    }
    co_return ok();
}

Task<std::string> read_text(ByteSource* source) {
    CO_TRY(Bytes all, co_await read_all(source, 1'000));
    co_return std::string(as_text(all));
}

Task<void> close(Scope* scope) {
    co_await scope->close();
    co_return ok();
}

TEST(Pipe, AFullPipeHoldsTheWriterBack) {
    SimLoop loop;
    Scope scope(&loop);
    auto pipe = make_pipe(8);
    int written = 0;
    ASSERT_TRUE(scope.spawn(write_pieces(std::move(pipe.sink), 5, &written)));
    EXPECT_EQ(written, 2);

    EXPECT_EQ(loop.run(read_text(pipe.source.get())).value(), "abcdabcdabcdabcdabcd");

    EXPECT_EQ(written, 5);
    ASSERT_TRUE(loop.run(close(&scope)));
}

TEST(Pipe, DroppingAnEndTellsTheOther) {
    SimLoop loop;
    Scope scope(&loop);
    std::string failure;
    auto pipe = make_pipe(4);
    struct Writer {
        static Task<void> write(std::unique_ptr<ByteSink> sink, std::string* failure) {
            CO_CHECK(co_await sink->write({to_bytes("abcd"), false}));
            Result<void> second = co_await sink->write({to_bytes("efgh"), false});
            *failure = second ? "none" : std::string(second.error().slug.text());
            co_return ok();
        }
    };
    ASSERT_TRUE(scope.spawn(Writer::write(std::move(pipe.sink), &failure)));
    pipe.source.reset();
    loop.run_until_idle();
    EXPECT_EQ(failure, "rt.reader_gone");

    auto other = make_pipe(4);
    other.sink.reset();
    EXPECT_EQ(loop.run(read_text(other.source.get())).error().slug, Slug("rt.writer_gone"));
    EXPECT_EQ(other.source->try_read()->error().slug, Slug("rt.writer_gone"));
}

TEST(Pipe, ACancelledReadLosesNothing) {
    SimLoop loop;
    auto pipe = make_pipe(100);
    {
        Scope scope(&loop);
        struct Reader {
            static Task<void> read(ByteSource* source) {
                Result<Chunk> chunk = co_await source->read();
                EXPECT_EQ(chunk.error().code, Errc::cancelled);
                co_return ok();
            }
        };
        ASSERT_TRUE(scope.spawn(Reader::read(pipe.source.get())));
        ASSERT_TRUE(loop.run(close(&scope)));
    }
    Scope writing(&loop);
    int written = 0;
    ASSERT_TRUE(writing.spawn(write_pieces(std::move(pipe.sink), 1, &written)));

    EXPECT_EQ(loop.run(read_text(pipe.source.get())).value(), "abcd");
    ASSERT_TRUE(loop.run(close(&writing)));
}

TEST(ByteSource, InMemoryOnesComeWholeOrInPieces) {
    SimLoop loop;

    EXPECT_EQ(source_of({})->try_read()->value().last, true);
    EXPECT_EQ(loop.run(read_text(source_of(to_bytes("abcde"), 2).get())).value(), "abcde");
    auto pieces = source_of(to_bytes("abc"), 2);
    EXPECT_FALSE(pieces->try_read()->value().last);
    EXPECT_TRUE(pieces->try_read()->value().last);
}

TEST(ByteSource, ReadAllHoldsItsLimit) {
    SimLoop loop;
    struct Reader {
        static Task<std::string> read(std::size_t bytes_max) {
            auto source = source_of(to_bytes("abcdef"), 4);
            CO_TRY(Bytes all, co_await read_all(source.get(), bytes_max));
            co_return std::string(as_text(all));
        }
    };

    EXPECT_EQ(loop.run(Reader::read(6)).value(), "abcdef");
    EXPECT_EQ(loop.run(Reader::read(5)).error().slug, Slug("rt.stream_too_long"));
}

}  // namespace
}  // namespace weft::rt
