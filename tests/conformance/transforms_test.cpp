// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/dataset.h"
#include "tests/support/conformance.h"

#include <numeric>

using namespace core;

namespace {

// Images whose every pixel differs.
at::Tensor differentImages(std::int64_t n)
{
    at::Tensor images = tensor::empty({n, 3, 6, 5});
    for (std::int64_t i = 0; i < images.numel(); ++i)
        images.mutable_data_ptr<float>()[i] = float(i) / 8;
    return images;
}

at::Tensor transformed(const base::Pick& pick, at::Tensor images, const std::vector<std::int64_t>& rows,
                       std::uint64_t epoch)
{
    const auto transform = data::allTransforms().make(pick);
    REQUIRE(transform);
    (*transform)->apply(images, rows, base::Draw(11, "augment", epoch));
    return images;
}

std::vector<std::int64_t> someRows(std::int64_t n)
{
    std::vector<std::int64_t> rows(static_cast<std::size_t>(n));
    std::iota(rows.begin(), rows.end(), 100);
    return rows;
}

}

TEST_CASE("transforms: every field is declared whole")
{
    tests::checkDeclared(data::allTransforms().family());
}

TEST_CASE("transforms: shapes and types are kept, and values stay finite")
{
    for (const base::Entry& entry : data::allTransforms().family().entries) {
        INFO(entry.kind);
        const at::Tensor out = transformed({entry.kind}, differentImages(8), someRows(8), 0);
        CHECK(out.sizes() == differentImages(8).sizes());
        CHECK(out.scalar_type() == at::kFloat);
        CHECK(out.isfinite().all().item<bool>());
    }
}

TEST_CASE("transforms: p = 0 leaves everything alone, p = 1 does not")
{
    for (const base::Entry& entry : data::allTransforms().family().entries) {
        if (!entry.schema.find("p"))
            continue;
        INFO(entry.kind);
        CHECK(transformed({entry.kind, base::Object{{"p", 0.0}}}, differentImages(8), someRows(8), 0)
                  .equal(differentImages(8)));
        CHECK_FALSE(transformed({entry.kind, base::Object{{"p", 1.0}}}, differentImages(8), someRows(8), 0)
                        .equal(differentImages(8)));
    }
}

TEST_CASE("transforms: what happens to a row does not depend on the others in its batch, but on the epoch")
{
    for (const base::Entry& entry : data::allTransforms().family().entries) {
        INFO(entry.kind);
        const at::Tensor together = transformed({entry.kind}, differentImages(32), someRows(32), 0);
        for (std::int64_t i = 0; i < 32; ++i) {
            const at::Tensor one = differentImages(32).narrow(0, i, 1).clone();
            CHECK(transformed({entry.kind}, one, {100 + i}, 0).equal(together.narrow(0, i, 1)));
        }
        CHECK_FALSE(transformed({entry.kind}, differentImages(32), someRows(32), 1).equal(together));
    }
}

TEST_CASE("transforms: inputs that are not contiguous are handled")
{
    for (const base::Entry& entry : data::allTransforms().family().entries) {
        INFO(entry.kind);
        const at::Tensor last = differentImages(8).permute({0, 2, 3, 1}).contiguous().permute({0, 3, 1, 2});
        CHECK(transformed({entry.kind}, last, someRows(8), 0)
                  .equal(transformed({entry.kind}, differentImages(8), someRows(8), 0)));
    }
}

TEST_CASE("transforms: one for images says so of a table")
{
    for (const base::Entry& entry : data::allTransforms().family().entries) {
        INFO(entry.kind);
        CHECK((*data::allTransforms().make({entry.kind}))->misfit({1, 28, 28}).empty());
        CHECK_FALSE((*data::allTransforms().make({entry.kind}))->misfit({4}).empty());
    }
}
