// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/dataset.h"
#include "core/session/models.h"
#include "core/store/run_record.h"
#include "core/train/engine.h"
#include "tests/support/sessions.h"

#include <cmath>

namespace tests::transfer {

using base::Array;
using base::Object;
using base::Value;
using train::Engine;

Value with(const std::string& text, const std::vector<std::pair<std::string, Value>>& settings)
{
    const auto tree = base::parseJson(text);
    REQUIRE(tree);
    Value value = *tree;
    for (const auto& [path, setting] : settings)
        REQUIRE(value.setAt(path, setting));
    return resolved(base::writeJson(value));
}

std::unique_ptr<Engine> engineOf(const Value& spec)
{
    auto engine = Engine::make(spec, "cpu", nullptr, 1);
    if (!engine)
        FAIL(base::describe(engine.error()));
    return std::move(*engine);
}

void finish(Engine& engine)
{
    while (engine.step() < engine.timeline().totalSteps())
        engine.advance();
}

double accuracyOf(Engine& engine)
{
    for (const auto& [name, value] : engine.judge().values)
        if (name == "validation/accuracy")
            return value;
    return -1;
}

constexpr const char* blobs = R"({"data": {"source": {"kind": "blobs", "centers": 6}, "rows": 240},
    "split": {"train": 0.7, "validation": 0.3, "test": 0},
    "model": {"kind": "mlp", "hidden": [12, 8], "norm": "batch", "dropout": 0.2},
    "train": {"epochs": 4, "batch_size": 16, "threads": 1, "optimizer": {"kind": "adamw", "weight_decay": 0.1}}})";

TEST_CASE("only some classes are taken: numbered anew, as many rows of each as there are to be")
{
    // data.rows counts rows of the chosen classes: all of the source's are looked through.
    const auto all = data::DataModule::open(spec::read(with(blobs, {{"data.rows", base::Value{}}})));
    REQUIRE(all);
    const std::vector<std::string> names = all->info().classes;
    REQUIRE(names.size() == 6);
    const auto some =
        data::DataModule::open(spec::read(with(blobs, {{"data.classes", Array{4, names[1], 2}}, {"data.rows", 31}})));
    if (!some)
        FAIL(base::describe(some.error()));
    CHECK(some->info().classes == std::vector<std::string>{names[4], names[1], names[2]});
    std::vector<int> counts(3);
    for (const data::SplitName split : {data::SplitName::Train, data::SplitName::Validation})
        for (const std::int64_t row : some->rows(split).all()) {
            ++counts[std::size_t(some->target(row))];
            const std::int64_t before[] = {4, 1, 2};
            CHECK(all->target(row) == double(before[std::size_t(some->target(row))]));
        }
    CHECK(counts == std::vector<int>{11, 10, 10});
    const auto wrong = [](Array classes) {
        const auto opened = data::DataModule::open(spec::read(with(blobs, {{"data.classes", std::move(classes)}})));
        return opened ? std::string() : base::describe(opened.error());
    };
    CHECK(wrong({1, 9}).find("there is no class \"9\"") != std::string::npos);
    CHECK(wrong({1, 1}).find("stands there twice") != std::string::npos);
    CHECK(wrong({1}).find("Name two or more") != std::string::npos);
}

TEST_CASE("feature extraction leaves the backbone and its statistics bit for bit, whatever pulls at weights")
{
    const Value spec = with(blobs, {{"model.freeze", "backbone"},
                                    {"train.max_norm", 0.3},
                                    {"train.l2", 0.1},
                                    {"train.ema", Object{{"decay", 0.5}}}});
    const auto engine = engineOf(spec);
    std::map<std::string, std::string> before;
    for (const base::Blob& blob : engine->snapshot().tensors)
        if (blob.name.starts_with("model/"))
            before[blob.name] = blob.bytes;
    finish(*engine);
    std::size_t kept = 0, moved = 0;
    for (const base::Blob& blob : engine->snapshot().tensors) {
        std::string name = blob.name;
        if (name.starts_with("average/") && name != "average/updates")
            name.replace(0, 7, "model");
        if (!before.contains(name))
            continue;
        const bool head = name.starts_with("model/8.") || name.starts_with("model/7.") || name.starts_with("model/6.");
        INFO(blob.name);
        if (head)
            moved += before[name] != blob.bytes;
        else {
            CHECK(before[name] == blob.bytes);
            ++kept;
        }
    }
    CHECK(moved >= 2);
    CHECK(kept > 12);
}

TEST_CASE("what is frozen can change while a run goes, and nothing frozen learns on")
{
    const auto engine = engineOf(resolved(blobs));
    const auto weight = [&](const std::string& name) {
        for (const auto& [each, tensor] : engine->learner().weights())
            if (each == name)
                return tensor::shortDigestOf(tensor);
        FAIL(name);
        return std::uint32_t(0);
    };
    engine->advance();
    REQUIRE(engine->edit("model.freeze", Array{"0"}));
    const std::uint32_t frozen = weight("0.weight"), above = weight("4.weight");
    engine->advance();
    CHECK(weight("0.weight") == frozen);
    CHECK(weight("4.weight") != above);
    REQUIRE(engine->edit("model.freeze", "none"));
    engine->advance();
    CHECK(weight("0.weight") != frozen);
    CHECK_FALSE(engine->edit("model.freeze", Array{"nothing_here"}));
    engine->advance();
}

TEST_CASE("blocks thaw at the epochs that the plan says, and are told")
{
    const auto engine = engineOf(with(blobs, {{"model.freeze", "backbone"}, {"train.unfreeze", Object{}}}));
    std::vector<std::string> told;
    while (engine->step() < engine->timeline().totalSteps()) {
        const std::int64_t epoch = engine->timeline().epochOf(engine->step());
        const bool begins = engine->timeline().epochEndsAt(engine->step());
        engine->advance();
        if (!engine->thawed().empty()) {
            CHECK(begins);
            told.push_back(std::to_string(epoch) + " " + engine->thawed());
        }
    }
    CHECK(told == std::vector<std::string>{"1 4", "2 0"});
}

struct Hub {
    TempFolder folder;
    Hub() { model::setModelsFolder(folder.path() / "models"); }
    ~Hub() { model::setModelsFolder({}); }
};

TEST_CASE("a run is published with its card, and others start from it by its name")
{
    Hub hub;
    const Value spec = resolved(blobs);
    auto run = made(spec, hub.folder);
    run->start();
    REQUIRE(run->wait().error.message.empty());
    const auto card = session::publishModel(run->folder(), {.name = "six-blobs", .license = "CC0-1.0"});
    if (!card)
        FAIL(base::describe(card.error()));
    CHECK(card->outputs == 6);
    CHECK(card->classes.size() == 6);
    CHECK(card->data["rows"].toInt() == 168);
    CHECK(card->data["shift"].array().size() == 2);
    CHECK(card->network["kind"].text() == "mlp");
    CHECK(card->run == run->id());
    CHECK_FALSE(session::publishModel(run->folder(), {.name = "six-blobs"}));
    CHECK_FALSE(session::publishModel(run->folder(), {.name = "../out"}));
    const auto found = model::findModel("six-blobs");
    REQUIRE(found);
    CHECK(model::toValue(*found) == model::toValue(*card));
    CHECK(model::findModel("six-blob").error().advice.find("six-blobs") != std::string::npos);

    const Value two = with(blobs, {{"data.classes", Array{0, 3}}});
    const auto offers = session::offers(two);
    REQUIRE(offers);
    REQUIRE_FALSE(offers->empty());
    CHECK(offers->front().card.name == "six-blobs");
    CHECK(offers->front().text == "all but the head fits: a new one, 6 → 2 classes");

    Value started = two;
    for (const auto& [path, value] : session::startFrom(*card, two))
        REQUIRE(started.setAt(path, value));
    const auto engine = engineOf(resolved(base::writeJson(started)));
    // The inputs are of the scale that the model learned with.
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(double(engine->data().shift()[i]) == Approx(card->data["shift"].array()[i].toReal()));
        CHECK(double(engine->data().scale()[i]) == Approx(card->data["scale"].array()[i].toReal()));
    }
    const auto notes = engine->initialize();
    if (!notes)
        FAIL(base::describe(notes.error()));
    REQUIRE(notes->size() == 1);
    CHECK(notes->front().find(": new, 6 → 2 classes") != std::string::npos);

    const auto few = session::suggestTransfer(two);
    if (!few)
        FAIL(base::describe(few.error()));
    CHECK(few->title == "Feature extraction");
    CHECK(few->reason.find("under 1,000") != std::string::npos);
    for (const auto& [path, value] : few->changes)
        REQUIRE(started.setAt(path, value));
    CHECK(resolved(base::writeJson(started))["model"]["freeze"].text() == "backbone");
    const auto many = session::suggestTransfer(with(blobs, {{"data.rows", 4000}}));
    REQUIRE(many);
    CHECK(many->title == "Fine-tuning");
    const auto other = session::suggestTransfer(with(blobs, {{"data.source", "two-moons"}}));
    REQUIRE(other);
    CHECK(other->title == "Gradual unfreezing");

    REQUIRE(model::deleteModel("six-blobs"));
    CHECK_FALSE(model::findModel("six-blobs"));
}

TEST_CASE("weights are recognised by PyTorch's and torchvision's names")
{
    Hub hub;
    const auto file = std::filesystem::path(DESCENT_SOURCE_DIR) / "tests/golden/files/pth/strange.pth";
    const auto unknown = session::importModel(file, {.name = "odd"});
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().where == "--model");
    CHECK(session::importModel(file, {.name = "odd", .kind = "mlp"}));
    for (const auto& [kind, params] :
         {std::pair<std::string, Object>{"resnet", {{"kind", "resnet"}, {"depth", "34"}, {"width", 4}}},
          {"vit", {{"kind", "vit"}}},
          {"cnn", {{"kind", "cnn"}, {"channels", Array{3, 4}}, {"hidden", Array{5}}, {"norm", "batch"}}},
          {"mlp", {{"kind", "mlp"}, {"hidden", Array{7, 5}}}}}) {
        INFO(kind);
        const auto engine =
            engineOf(with(R"({"data": {"source": "fashion-mnist", "rows": 60}, "train": {"epochs": 1, "threads": 1}})",
                          {{"model", params}}));
        const std::vector<base::Blob> weights = store::modelWeights(engine->snapshot().tensors);
        const auto found = model::recognise(weights);
        if (!found)
            FAIL(base::describe(found.error()));
        CHECK(found->network["kind"].text() == kind);
        CHECK(found->outputs == 10);
        Value again = resolved(R"({"data": {"source": "fashion-mnist", "rows": 60}, "train": {"threads": 1}})");
        REQUIRE(again.setAt("model", found->network));
        const auto twin = engineOf(resolved(base::writeJson(again)));
        CHECK(twin->learner().initialize({weights, {}}, "w"));
    }
}

TEST_CASE("two classes of 50 pictures each are learned better from a model that knows eight others")
{
    const auto accuracies = [](const std::vector<std::pair<std::string, Value>>& settings) {
        std::vector<double> all;
        for (std::int64_t seed = 0; seed < 3; ++seed) {
            auto more = settings;
            more.emplace_back("train.seed", seed);
            more.emplace_back("split.seed", seed);
            // Of 12,000 pictures 100 are learned from, and 2,400 tell how well.
            const auto engine = engineOf(with(R"({"data": {"source": "fashion-mnist", "classes": ["Pullover", "Coat"]},
                    "split": {"kind": "stratified", "train": 0.0083333, "validation": 0.2, "test": 0.7916667},
                    "model": {"kind": "cnn", "channels": [16, 32, 64], "hidden": [], "norm": "batch"},
                    "train": {"epochs": 10, "batch_size": 20, "threads": 1}})",
                                              more));
            CHECK(engine->data().epochItems() == 100);
            REQUIRE(engine->initialize());
            finish(*engine);
            all.push_back(accuracyOf(*engine));
        }
        return all;
    };
    const auto meanOf = [](const std::vector<double>& values) {
        double mean = 0;
        for (const double value : values)
            mean += value / double(values.size());
        return mean;
    };
    const auto spreadOf = [&](const std::vector<double>& values) {
        double sum = 0;
        for (const double value : values)
            sum += std::pow(value - meanOf(values), 2);
        return std::sqrt(sum / double(values.size() - 1));
    };
    const std::vector<double> scratch = accuracies({});
    const std::vector<double> transferred =
        accuracies({{"model.initialize_from", "fashion-mnist-8"}, {"model.freeze", 2}});
    INFO(meanOf(scratch) << " ± " << spreadOf(scratch) << " → " << meanOf(transferred) << " ± "
                         << spreadOf(transferred));
    CHECK(meanOf(transferred) - meanOf(scratch) > std::max(spreadOf(scratch), spreadOf(transferred)));
}

}
