// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

using namespace core;

namespace {

at::Tensor countedTensor(const std::vector<std::int64_t>& shape)
{
    at::Tensor made = tensor::empty(shape);
    for (std::int64_t i = 0; i < made.numel(); ++i)
        made.mutable_data_ptr<float>()[i] = float(i);
    return made;
}

}

TEST_CASE("tensor: a blob and back is the same")
{
    const at::Tensor made = countedTensor({2, 3});
    const base::Blob blob = tensor::toBlob("weight", made);
    CHECK(blob.dtype == "F32");
    CHECK(blob.shape == std::vector<std::int64_t>{2, 3});
    const auto back = tensor::fromBlob(blob);
    REQUIRE(back);
    CHECK(back->equal(made));
}

TEST_CASE("tensor: a transposed tensor is written row by row of what it shows")
{
    const at::Tensor shown = countedTensor({2, 3}).t();
    const base::Blob blob = tensor::toBlob("w", shown);
    CHECK(blob.shape == std::vector<std::int64_t>{3, 2});
    CHECK(tensor::fromBlob(blob)->equal(shown));
    CHECK(tensor::digestOf({{"w", shown}}) == tensor::digestOf({{"w", shown.contiguous()}}));
}

TEST_CASE("tensor: every dtype keeps its name and size")
{
    for (const at::ScalarType type : {at::kFloat, at::kDouble, at::kLong, at::kInt, at::kShort, at::kChar, at::kByte,
                                      at::kBool, at::kHalf, at::kBFloat16}) {
        const base::Blob blob = tensor::toBlob("x", tensor::zeros({3}, type));
        CHECK(blob.bytes.size() == 3 * base::bytesOf(blob.dtype));
        const auto back = tensor::fromBlob(blob);
        REQUIRE(back);
        CHECK(back->scalar_type() == type);
    }
    CHECK(tensor::dtypeName(at::kComplexFloat).empty());
}

TEST_CASE("tensor: a blob that lies about its shape is refused")
{
    const std::string bytes(12, '\0');
    CHECK(tensor::fromBlob({"w", "F32", {3}, bytes}));
    for (const std::vector<std::int64_t>& shape :
         {std::vector<std::int64_t>{4}, {-3}, {3, 1LL << 62}, {1LL << 32, 1LL << 32}, {0}}) {
        const auto made = tensor::fromBlob({"w", "F32", shape, bytes});
        REQUIRE_FALSE(made);
        CHECK(made.error().where == "w");
    }
    CHECK(tensor::fromBlob({"w", "F99", {3}, bytes}).error().message.find("F99") != std::string::npos);
}

TEST_CASE("tensor: the digest sees names, shapes, types and every value")
{
    const at::Tensor a = countedTensor({2, 3});
    at::Tensor b = a.clone();
    const std::string digest = tensor::digestOf({{"a", a}});
    CHECK(tensor::digestOf({{"a", b}}) == digest);
    CHECK(tensor::digestOf({{"b", b}}) != digest);
    CHECK(tensor::digestOf({{"a", b.view({3, 2})}}) != digest);
    b.mutable_data_ptr<float>()[5] = 5.0000005f;
    CHECK(tensor::digestOf({{"a", b}}) != digest);
    CHECK(tensor::digestOf({{"a", tensor::zeros({2}, at::kInt)}}) !=
          tensor::digestOf({{"a", tensor::zeros({2}, at::kFloat)}}));
}
