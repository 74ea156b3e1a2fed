// SPDX-License-Identifier: GPL-3.0-or-later
// Each fix is an exact edit: settings in, differences out.
#include "core/base/json.h"
#include "core/debug/fix.h"

#include <catch2/catch.hpp>

namespace tests::fixes_test {

using namespace core::debug;
using core::base::Value;

namespace {

const char* const network = R"({
    "data": {"normalize": "none", "missing": "error", "sampler": "shuffle", "mode": "file", "num_workers": 1,
             "prefetch_factor": 2, "tokens": {"max_length": 64, "vocabulary": 8000}},
    "split": {"kind": "random", "validation": 0.2}, "augment": [],
    "model": {"kind": "mlp", "hidden": [16, 8], "activation": "relu", "norm": "none", "init": "default",
              "dropout": 0.1, "freeze": ["0"]},
    "train": {"epochs": 10, "steps": null, "batch_size": 64, "shuffle": false, "precision": "16-mixed",
              "deterministic": false, "l1": 0.0, "l2": 0.0, "clip_grad_norm": null, "early_stopping": null,
              "loss": {"kind": "hinge", "class_weights": null, "label_smoothing": 0.0},
              "optimizer": {"kind": "sgd", "lr": 0.01, "momentum": 0.99, "weight_decay": 0.001},
              "schedule": {"kind": "exponential", "gamma": 0.9, "warmup_steps": 0}}})";

// `train.optimizer.lr=0.001`, several with a comma; `-` where it does not apply.
std::string changed(const std::string& key, const std::string& json = network)
{
    const Fix* fix = fixNamed(key);
    REQUIRE(fix);
    const auto made = fix->changes(*core::base::parseJson(json));
    if (!made)
        return "-";
    std::string text;
    for (const auto& [path, value] : *made)
        text += (text.empty() ? "" : ", ") + path + "=" + core::base::writeJson(value);
    return text;
}

std::string with(std::string text, const std::string& from, const std::string& to)
{
    const auto at = text.find(from);
    REQUIRE(at != text.npos);
    return text.replace(at, from.size(), to);
}

}

TEST_CASE("every fix that an alert names changes exactly what it says")
{
    const std::pair<const char*, const char*> all[] = {
        {"lr_down", "train.optimizer.lr=0.001"},
        {"lr_up", "train.optimizer.lr=0.1"},
        {"warmup", "train.schedule.warmup_steps=200"},
        {"cosine", R"(train.schedule={"kind":"cosine"})"},
        {"batch_up", "train.batch_size=256"},
        {"batch_down", "train.batch_size=16"},
        {"clip", "train.clip_grad_norm=1.0"},
        {"adam", R"(train.optimizer={"kind":"adam","lr":0.001})"},
        {"momentum_down", "train.optimizer.momentum=0.9"},
        {"scale_rate", "train.optimizer.lr=0.02"},
        {"shuffle", "train.shuffle=true"},
        {"full_precision", R"(train.precision="32-true")"},
        {"relu", "-"},
        {"leaky_relu", R"(model.activation="leaky_relu")"},
        {"batch_norm", R"(model.norm="batch")"},
        {"layer_norm", R"(model.norm="layer")"},
        {"init_kaiming", R"(model.init="kaiming_normal")"},
        {"init_xavier", R"(model.init="xavier_normal")"},
        {"init_orthogonal", R"(model.init="orthogonal")"},
        {"dropout", "model.dropout=0.3"},
        {"no_dropout", "model.dropout=0.0"},
        {"smaller", "model.hidden=[8,4]"},
        {"larger", "model.hidden=[32,16]"},
        {"thaw", R"(model.freeze="none")"},
        {"stop_best", R"(train.early_stopping={"metric":"validation/loss","patience":3,"restore_best":true})"},
        {"decay", "train.optimizer.weight_decay=0.01"},
        {"less_decay", "train.optimizer.weight_decay=0.0"},
        {"longer", "train.epochs=20"},
        {"hold_rate", R"(train.schedule={"kind":"constant"})"},
        {"deterministic", "train.deterministic=true"},
        {"mae_loss", R"(train.loss={"kind":"mae"})"},
        {"huber_loss", R"(train.loss={"kind":"huber"})"},
        {"cross_entropy", R"(train.loss={"kind":"cross_entropy"})"},
        {"label_smoothing", "train.loss.label_smoothing=0.1"},
        {"normalize", R"(data.normalize="standard")"},
        {"drop_missing", R"(data.missing="drop")"},
        {"class_weights", R"(train.loss.class_weights="balanced")"},
        {"weighted_sampler", R"(data.sampler="weighted")"},
        {"smote", R"(augment=[{"kind":"SMOTE"}])"},
        {"over_sampling", R"(augment=[{"kind":"RandomOverSampler"}])"},
        {"feature_noise", R"(augment=[{"kind":"FeatureNoise"}])"},
        {"workers", "data.num_workers=2"},
        {"prefetch", "data.prefetch_factor=4"},
        {"pipe", R"(data.mode="pipe")"},
        {"augment_less", "-"},
        {"undo_noise", "-"},
        {"by_time", R"(split.kind="chronological")"},
        {"by_chance", "-"},
        {"shorter_texts", "data.tokens.max_length=32"},
        {"vocabulary", "data.tokens.vocabulary=16000"}};
    for (const auto& [key, expected] : all) {
        INFO(key);
        CHECK(changed(key) == expected);
    }
}

TEST_CASE("a fix that is made already is not offered again")
{
    CHECK(changed("prefetch", with(network, R"("prefetch_factor": 2)", R"("prefetch_factor": 0)")) == "-");
    CHECK(changed("momentum_down", with(network, "0.99", "0.9")) == "-");
    CHECK(changed("scale_rate", with(network, R"("batch_size": 64)", R"("batch_size": 32)")) == "-");
    CHECK(changed("scale_rate", with(network, R"("batch_size": 64)", R"("batch_size": "full")")) == "-");
    CHECK(changed("cross_entropy", with(network, "hinge", "cross_entropy")) == "-");
    CHECK(changed("hold_rate", with(network, "exponential", "constant")) == "-");
    // A loss that is left to the task is cross-entropy where there are classes.
    const auto anyLoss = with(network, R"({"kind": "hinge", "class_weights": null, "label_smoothing": 0.0})", "null");
    CHECK(changed("class_weights", anyLoss) == R"(train.loss={"kind":"cross_entropy","class_weights":"balanced"})");
    CHECK(changed("label_smoothing", anyLoss) == R"(train.loss={"kind":"cross_entropy","label_smoothing":0.1})");
    CHECK(changed("patience") == "-");
    CHECK(changed("patience", with(network, R"("early_stopping": null)", R"("early_stopping": {"patience": 2})")) ==
          "train.early_stopping.patience=5");
    CHECK(changed("stop_best", with(network, R"("early_stopping": null)", R"("early_stopping": {"patience": 2})")) ==
          "-");
    CHECK(changed("by_chance", with(network, R"("kind": "random")", R"("kind": "predefined")")) ==
          R"(split.kind="random")");
    CHECK(changed("all_in_memory", with(network, R"("mode": "file")", R"("mode": "pipe")")) == R"(data.mode="file")");
    CHECK(changed("relu", with(network, R"("activation": "relu")", R"("activation": "tanh")")) ==
          R"(model.activation="relu")");
    CHECK(changed("leaky_relu", with(network, R"("activation": "relu")", R"("activation": "tanh")")) == "-");
    CHECK(changed("augment") == "-"); // rows of numbers cannot be flipped
    CHECK(changed("augment", with(network, "mlp", "cnn")) == R"(augment=[{"kind":"RandomHorizontalFlip","p":0.5}])");
    CHECK(changed("augment_more", with(network, "mlp", "cnn")) == R"(augment=[{"kind":"RandAugment"}])");
    CHECK(changed("feature_noise", with(network, "mlp", "cnn")) == "-");
}

TEST_CASE("what is costly or written into rows is taken back, and nothing else")
{
    auto tree = core::base::parseJson(network);
    REQUIRE(tree);
    const auto take = [&](const char* path, const char* value) {
        const auto parsed = core::base::parseJson(value);
        REQUIRE(parsed);
        REQUIRE(tree->setAt(path, *parsed));
        return core::base::writeJson(*tree);
    };
    const std::string costly = take("augment", R"([{"kind": "AugMix"}, {"kind": "FeatureNoise"}])");
    CHECK(changed("augment_less", costly) == R"(augment=[{"kind":"FeatureNoise"}])");
    const std::string pictures = with(take("augment", R"([{"kind": "RandAugment"}])"), "mlp", "cnn");
    CHECK(changed("augment_less", pictures) == R"(augment=[{"kind":"RandomHorizontalFlip","p":0.5}])");
    const std::string noisy =
        take("data.edits", R"([{"kind": "add_noise", "column": "x"}, {"kind": "drop_rows", "rows": [1]}])");
    CHECK(changed("undo_noise", noisy) == R"(data.edits=[{"kind":"drop_rows","rows":[1]}])");
}

TEST_CASE("trees have fixes of their own, and none of networks")
{
    const char* const trees = R"({"data": {}, "augment": [], "train": {"epochs": 10, "optimizer": {"lr": 0.1}},
        "model": {"kind": "xgboost", "max_depth": 8, "learning_rate": 0.3, "gamma": 0.0, "lambda": 1.0,
                  "colsample_bytree": 1.0}})";
    CHECK(changed("shallower", trees) == "model.max_depth=4");
    CHECK(changed("gamma", trees) == "model.gamma=1.0");
    CHECK(changed("colsample", trees) == "model.colsample_bytree=0.5");
    CHECK(changed("lr_down", trees) == "model.learning_rate=0.03");
    CHECK(changed("decay", trees) == "model.lambda=10.0");
    for (const char* key : {"clip", "warmup", "adam", "scale_rate", "mae_loss", "cosine", "batch_norm"})
        CHECK(changed(key, trees) == "-");
}

TEST_CASE("what only the data can tell is offered where its doctor has a remedy")
{
    const Value spec = *core::base::parseJson(network);
    CHECK(asksTheData({"lr_down", "drop_suspects"}));
    CHECK_FALSE(asksTheData({"lr_down", "clip"}));
    CHECK(offersOf({"drop_suspects", "drop_leak", "drop_copies"}, spec).empty());
    const Changes remedy{{"data.edits", *core::base::parseJson(R"([{"kind": "drop_rows", "rows": [3]}])")}};
    const auto offers = offersOf({"drop_suspects", "drop_leak", "lr_down"}, spec, {{"label_noise", remedy}});
    REQUIRE(offers.size() == 2);
    CHECK(offers[0].key == "drop_suspects");
    CHECK(offers[0].from == Fix::From::Start);
    CHECK(offers[0].changes == remedy);
    CHECK(offers[1].key == "lr_down");
}

TEST_CASE("keys of fixes are unique, and each says what it is and why it helps")
{
    for (const Fix& fix : allFixes()) {
        INFO(fix.key);
        CHECK(fixNamed(fix.key) == &fix);
        CHECK(fix.label.size() > 3);
        CHECK(fix.why.ends_with('.'));
    }
}

}
