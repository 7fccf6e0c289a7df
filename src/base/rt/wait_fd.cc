#include "base/rt/wait_fd.h"

#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "base/rt/one_shot.h"

namespace weft::rt {
namespace asio = boost::asio;
namespace {

/// Gives the descriptor back unclosed, whatever ends the wait.
class Borrowed {
  public:
    Borrowed(asio::io_context& io, int fd) : descriptor_(io) {
        boost::system::error_code error;
        descriptor_.assign(fd, error);
    }
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;
    ~Borrowed() {
        if (descriptor_.is_open())
            descriptor_.release();  // Aborts a wait that is still registered.
    }
    asio::posix::stream_descriptor& operator*() { return descriptor_; }

  private:
    asio::posix::stream_descriptor descriptor_;
};

}  // namespace

Task<void> wait_fd(Executor* executor, int fd, Ready ready) {
    if (executor->native() == nullptr)
        co_return fail(Errc::unsupported, "rt.no_descriptors",
                       "this executor cannot wait for file descriptors");
    Borrowed descriptor(*static_cast<asio::io_context*>(executor->native()), fd);
    if (!(*descriptor).is_open())
        co_return fail(Errc::unavailable, "rt.fd_not_pollable",
                       "file descriptor {} cannot be waited for", fd);
    auto done = std::make_shared<OneShot<void>>();
    const auto what = ready == Ready::read ? asio::posix::stream_descriptor::wait_read
                                           : asio::posix::stream_descriptor::wait_write;
    (*descriptor).async_wait(what, [done](const boost::system::error_code& error) {
        if (error)
            done->complete_now(cancelled());
        else
            done->complete_now(ok());
    });
    Result<void> result = co_await *done;
    co_return result;
}

}  // namespace weft::rt
