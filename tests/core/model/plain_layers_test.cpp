// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/model/network.h"

namespace tests::plain_layers {

using namespace core;
using base::Array;
using base::Object;

// One line a block: name, type, text, shape, parameters, problem.
std::string picture(const base::Pick& pick, const std::vector<std::int64_t>& inputShape, std::int64_t outputs)
{
    const auto made = model::allArchitectures().make(pick);
    REQUIRE(made);
    std::string text;
    for (const model::LayerInfo& layer : (*made)->describe({inputShape, outputs})) {
        text += layer.name + " " + layer.type + " " + layer.text + " |";
        for (const std::int64_t length : layer.outputShape)
            text += " " + std::to_string(length);
        text += " | " + std::to_string(layer.parameters) + (layer.problem.empty() ? "" : " ! " + layer.problem) + "\n";
    }
    return text;
}

TEST_CASE("an mlp on rows")
{
    CHECK(picture({"mlp", Object{{"hidden", Array{16, 8}}, {"activation", "tanh"}, {"dropout", 0.25}}}, {2}, 3) ==
          "0 Linear 2 → 16 | 16 | 48\n"
          "1 Tanh  | 16 | 0\n"
          "2 Dropout p = 0.25 | 16 | 0\n"
          "3 Linear 16 → 8 | 8 | 136\n"
          "4 Tanh  | 8 | 0\n"
          "5 Dropout p = 0.25 | 8 | 0\n"
          "6 Linear 8 → 3 | 3 | 27\n");
}

TEST_CASE("a linear model on pictures")
{
    CHECK(picture({"linear", Object{}}, {1, 28, 28}, 10) == " Flatten 1×28×28 → 784 | 784 | 0\n"
                                                            " Linear 784 → 10 | 10 | 7850\n");
}

TEST_CASE("a cnn with norm behind the activation")
{
    CHECK(picture({"cnn",
                   Object{{"channels", Array{4}}, {"hidden", Array{6}}, {"norm", "batch"}, {"norm_position", "after"}}},
                  {3, 7, 9}, 2) == "0 Conv2d 3×3, 4 channels | 4 7 9 | 112\n"
                                   "1 ReLU  | 4 7 9 | 0\n"
                                   "2 BatchNorm2d 4 channels | 4 7 9 | 8\n"
                                   "3 MaxPool2d 2×2 | 4 3 4 | 0\n"
                                   "4 Flatten 4×3×4 → 48 | 48 | 0\n"
                                   "5 Linear 48 → 6 | 6 | 294\n"
                                   "6 ReLU  | 6 | 0\n"
                                   "7 Linear 6 → 2 | 2 | 14\n");
}

TEST_CASE("a block that cannot fit says why, and what is behind it has no shape")
{
    CHECK(picture({"cnn", Object{{"channels", Array{2, 2}}, {"pool", 3}, {"hidden", Array{}}}}, {1, 6, 6}, 2) ==
          "0 Conv2d 3×3, 2 channels | 2 6 6 | 20\n"
          "1 ReLU  | 2 6 6 | 0\n"
          "2 MaxPool2d 3×3 | 2 2 2 | 0\n"
          "3 Conv2d 3×3, 2 channels | 2 2 2 | 38\n"
          "4 ReLU  | 2 2 2 | 0\n"
          "5 MaxPool2d  | | 0 ! a window of 3×3 does not fit into a picture of 2×2: use fewer or smaller ones\n"
          "6 Flatten  | | 0\n"
          "7 Linear  | | 0\n");
}

TEST_CASE("a cnn on rows says what to use instead, and is not built")
{
    const auto cnn = model::allArchitectures().make({"cnn", Object{}});
    REQUIRE(cnn);
    CHECK_THAT((*cnn)->describe({{2}, 2}).front().problem, Catch::Contains("use mlp or linear"));
    const auto built = (*cnn)->build({{2}, 2, 0});
    REQUIRE_FALSE(built);
    CHECK(built.error().kind == base::ErrorKind::Spec);
    CHECK(built.error().where == "/model");
}

TEST_CASE("num_layers repeats one width and must agree with a list")
{
    CHECK(picture({"mlp", Object{{"hidden", Array{4}}, {"num_layers", 2}}}, {1}, 1) ==
          picture({"mlp", Object{{"hidden", Array{4, 4}}}}, {1}, 1));
    CHECK(picture({"mlp", Object{{"hidden", Array{4}}, {"num_layers", 0}}}, {1}, 1) == "0 Linear 1 → 1 | 1 | 2\n");
    const auto wrong = model::allArchitectures().make({"mlp", Object{{"hidden", Array{4, 5}}, {"num_layers", 3}}});
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().where == "/model/num_layers");
}

}
