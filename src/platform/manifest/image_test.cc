#include "platform/manifest/image.h"

#include <string>

#include <gtest/gtest.h>

namespace weft::manifest {
namespace {

using Form = ImageRef::Form;

const std::string digest = "sha256:" + std::string(64, 'a');

TEST(ClassifyImage, TellsTheForms) {
    const struct {
        std::string text;
        Form form;
    } rows[] = {
        {"file:///opt/a.wasm", Form::file},
        {"file://./build/a.wasm", Form::file},
        {"./a.wasm", Form::relative},
        {"../x/a", Form::relative},
        {"/opt/a.wasm", Form::relative},
        {"a.wasm", Form::relative},
        {"build/a_s.wasm", Form::relative},
        {"provider.par", Form::relative},
        {"https://h/a.wasm@" + digest, Form::http},
        {"http://h:80/a.wasm@" + digest, Form::http},
        {"a", Form::oci},
        {"test:latest", Form::oci},
        {"ghcr.io/acme/a.wasm", Form::oci},
        {"build/a.wasm:1", Form::oci},
        {"localhost:5000/a/b__c/d-e--f:V1.0_x", Form::oci},
        {"ghcr.io/a@" + digest, Form::oci},
        {"weft+builtin://keyvalue", Form::builtin},
        {"wasmcloud+builtin://http-server", Form::builtin},
    };
    for (const auto& row : rows) {
        const auto image = classify_image(row.text);
        ASSERT_TRUE(image) << row.text << ": " << image.error().message;
        EXPECT_EQ(image->form, row.form) << row.text;
        EXPECT_EQ(image->text, row.text);
    }
}

TEST(ClassifyImage, TakesReferencesApart) {
    const auto full = classify_image("localhost:5000/acme/a:v1@" + digest).value();
    EXPECT_EQ(full.repository, "localhost:5000/acme/a");
    EXPECT_EQ(full.tag, "v1");
    EXPECT_EQ(full.digest, digest);
    EXPECT_EQ(classify_image("ghcr.io/a").value().tag, "latest");
    EXPECT_EQ(classify_image("ghcr.io/a@" + digest).value().tag, "");
    EXPECT_EQ(classify_image("file://./a.wasm").value().path, "./a.wasm");
    EXPECT_EQ(classify_image("../a").value().path, "../a");
    const auto http = classify_image("https://h/a.wasm@" + digest).value();
    EXPECT_EQ(http.url, "https://h/a.wasm");
    EXPECT_EQ(http.digest, digest);
}

TEST(ClassifyImage, SaysWhatIsWrong) {
    const struct {
        std::string text;
        std::string_view slug;
    } rows[] = {
        {"", "manifest.image_empty"},
        {std::string(1025, 'a'), "manifest.image_too_long"},
        {"ftp://h/a", "manifest.image_scheme_unknown"},
        {"oci://ghcr.io/a", "manifest.image_scheme_unknown"},
        {"file://", "manifest.image_path_missing"},
        {"file:///opt/", "manifest.image_path_missing"},
        {"https://h/a.wasm", "manifest.image_digest_missing"},
        {"https://h/a.wasm@sha256:12", "manifest.image_digest_invalid"},
        {"ghcr.io/a@sha256:" + std::string(64, 'G'), "manifest.image_digest_invalid"},
        {"https://@" + digest, "manifest.image_reference_invalid"},
        {"https://h/a b@" + digest, "manifest.image_reference_invalid"},
        {"https://user:word@h/a@" + digest, "manifest.image_reference_invalid"},
        {"weft+builtin://nothing", "manifest.builtin_unknown"},
        {"weft+builtin://", "manifest.builtin_unknown"},
        {"a:", "manifest.image_reference_invalid"},
        {"a:.1", "manifest.image_reference_invalid"},
        {"a:" + std::string(129, 'x'), "manifest.image_reference_invalid"},
        {std::string(256, 'a'), "manifest.image_reference_invalid"},
        {"a//b:1", "manifest.image_reference_invalid"},
        {"a/-b", "manifest.image_reference_invalid"},
        {"a..b", "manifest.image_reference_invalid"},
        {"a___b", "manifest.image_reference_invalid"},
        {"a b", "manifest.image_reference_invalid"},
        {"h:port/a", "manifest.image_reference_invalid"},
        {":1", "manifest.image_reference_invalid"},
        {"@" + digest, "manifest.image_reference_invalid"},
    };
    for (const auto& row : rows) {
        const auto image = classify_image(row.text);
        ASSERT_FALSE(image) << row.text;
        EXPECT_EQ(image.error().slug.text(), row.slug) << row.text;
    }
    EXPECT_EQ(classify_image("weft+builtin://keyvalu").error().message,
              "there is no built-in provider 'keyvalu'; did you mean 'keyvalue'?");
}

TEST(ClassifyImage, AcceptsTheGreatestLengths) {
    EXPECT_TRUE(classify_image(std::string(255, 'a') + ":" + std::string(128, 'x')));
    EXPECT_TRUE(classify_image("file:///" + std::string(1016, 'a')));
}

TEST(Builtin, ServesWasmCloudsOwnImages) {
    const struct {
        const char* image;
        Contract contract;
        const char* backend;
    } rows[] = {
        {"ghcr.io/wasmcloud/http-server:0.23.0", Contract::http_server, ""},
        {"ghcr.io/wasmcloud/http-client:0.12.0", Contract::http_client, ""},
        {"ghcr.io/wasmcloud/keyvalue-redis", Contract::keyvalue, "redis"},
        {"ghcr.io/wasmcloud/keyvalue-vault:1", Contract::keyvalue, "vault"},
        {"ghcr.io/wasmcloud/blobstore-fs:0.6.0", Contract::blobstore, "fs"},
        {"ghcr.io/wasmcloud/messaging-nats:0.23.0", Contract::messaging, "nats"},
        {"ghcr.io/wasmcloud/sqldb-postgres:0.9.0", Contract::sql, "postgres"},
        {"wasmcloud.azurecr.io/httpserver:0.13.1", Contract::http_server, ""},
        {"wasmcloud.azurecr.io/kvredis:0.22.0", Contract::keyvalue, "redis"},
        {"wasmcloud+builtin://messaging-nats", Contract::messaging, "nats"},
    };
    for (const auto& row : rows) {
        const auto image = classify_image(row.image).value();
        ASSERT_TRUE(image.builtin) << row.image;
        EXPECT_EQ(image.builtin->contract, row.contract) << row.image;
        EXPECT_EQ(image.builtin->backend, row.backend) << row.image;
    }
}

TEST(Builtin, LeavesOtherImagesAlone) {
    for (const auto* text :
         {"ghcr.io/wasmcloud/components/http-hello-world-rust:0.1.0", "ghcr.io/acme/http-server:1",
          "ghcr.io/wasmcloud/other:1", "wasmcloud.azurecr.io/keyvalue-nats:1", "http-server:1"})
        EXPECT_FALSE(classify_image(text).value().builtin) << text;
    EXPECT_FALSE(find_builtin_for_image("wasmcloud.azurecr.io/"));
}

TEST(ClassifyImage, TakesCapitalLettersAsSmallOnes) {
    const auto image = classify_image("Ghcr.io/WasmCloud/Http-Server:0.27.0-RC1").value();

    EXPECT_EQ(image.repository, "ghcr.io/wasmcloud/http-server");
    EXPECT_EQ(image.tag, "0.27.0-rc1");
    EXPECT_TRUE(image.builtin);
    EXPECT_EQ(classify_image("FILE:///Opt/A.wasm")->path, "/Opt/A.wasm") << "a path keeps its case";
}

TEST(Builtin, IsFoundByItsName) {
    for (const auto& row : builtins()) EXPECT_EQ(find_builtin(row.name)->backend, row.backend);
}

}  // namespace
}  // namespace weft::manifest
