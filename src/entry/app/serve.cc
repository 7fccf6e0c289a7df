#include "entry/app/serve.h"

#include <utility>

namespace weft::app {
namespace {

manifest::Component component_of(const cli::ServedFile& served) {
    manifest::Component component;
    component.name = served.name;
    component.id = served.name;
    component.image.emplace();
    component.image->form = manifest::ImageRef::Form::file;
    component.image->text = served.guest.path;
    component.image->path = served.guest.path;
    component.limits.emplace();
    component.limits->memory_bytes = served.guest.memory_bytes_max;
    component.limits->cpu_time = served.guest.cpu_time;
    component.limits->deadline = served.guest.deadline;
    return component;
}

Result<manifest::Component> http_server_for(const cli::ServedFile& served) {
    manifest::Component server;
    server.name = "http-server";
    server.id = served.name + "-http-server";
    server.kind = manifest::Component::Kind::capability;
    TRY(server.image, manifest::classify_image("weft+builtin://http-server"));
    manifest::Link link;
    link.target = served.name;
    link.ns = "wasi";
    link.package = "http";
    link.interfaces = {"incoming-handler"};
    manifest::Config listen;
    listen.name = "listen";
    listen.properties = manifest::TextMap{{"address", served.address}};
    link.source_end.configs.push_back(std::move(listen));
    server.links.push_back(std::move(link));
    return server;
}

}  // namespace

Result<void> add_to_plan(Plan& plan, const cli::ServedFile& served) {
    manifest::Application application;
    application.name = "serve";
    application.components.push_back(component_of(served));
    TRY(auto server, http_server_for(served));
    application.components.push_back(std::move(server));
    CHECK(add_to_plan(plan, application, "."));
    auto& planned = plan.components.back();
    planned.wasi = served.guest.wasi;
    planned.may_be_unsigned = served.guest.may_be_unsigned;
    return ok();
}

}  // namespace weft::app
