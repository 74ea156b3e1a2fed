// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/dataset.h"
#include "tests/support/data_sets.h"

#include <filesystem>

using namespace core;
namespace fs = std::filesystem;

namespace {

class MarkedFolder : public tests::TempFolder {
public:
    void put(const std::string& name, const std::string& bytes) const
    {
        fs::create_directories((path() / name).parent_path());
        file(name, bytes);
    }
    void grey(const std::string& name, char value, int side = 40) const
    {
        put(name, "P5 " + std::to_string(side) + " " + std::to_string(side) + " 255\n" +
                      std::string(std::size_t(side * side), value));
    }
    /// `boxes`: `picture class left top width height`, one a line; picture and class from 1.
    void annotate(const std::string& name, int pictures, const std::vector<std::string>& classes,
                  const std::vector<std::vector<int>>& boxes) const
    {
        std::string images, things, categories;
        for (int i = 1; i <= pictures; ++i)
            images += (i > 1 ? "," : "") + std::string("{\"id\": ") + std::to_string(i) + ", \"file_name\": \"" +
                      std::to_string(i) + ".pgm\"}";
        for (std::size_t c = 0; c < classes.size(); ++c)
            categories += (c ? "," : "") + std::string("{\"id\": ") + std::to_string(c + 1) + ", \"name\": \"" +
                          classes[c] + "\"}";
        for (std::size_t b = 0; b < boxes.size(); ++b) {
            things += (b ? "," : "") + std::string("{\"id\": ") + std::to_string(b) +
                      ", \"image_id\": " + std::to_string(boxes[b][0]) +
                      ", \"category_id\": " + std::to_string(boxes[b][1]) + ", \"bbox\": [";
            for (std::size_t k = 2; k < 6; ++k)
                things += (k > 2 ? "," : "") + std::to_string(boxes[b][k]);
            things += "]}";
        }
        put(name,
            "{\"images\": [" + images + "], \"annotations\": [" + things + "], \"categories\": [" + categories + "]}");
    }
    base::Result<data::DataModule> open() const
    {
        spec::Experiment experiment = tests::experimentOnFile(path());
        experiment.split = {.kind = experiment.split.kind, .train = 0.5, .validation = 0.5, .test = 0};
        return data::DataModule::open(experiment, false);
    }
};

const data::Problem* problemOf(const data::DataModule& module, const std::string& kind)
{
    for (const data::Problem& problem : module.problems())
        if (problem.kind == kind)
            return &problem;
    return nullptr;
}

}

TEST_CASE("coco: instances_val beside instances_train validates, with its own folder and its own ids")
{
    const MarkedFolder folder;
    for (const char* part : {"train2017", "val2017"})
        for (const char* file : {"1.pgm", "2.pgm"})
            folder.grey(std::string(part) + "/" + file, part[0] == 't' ? 't' : 'v');
    folder.annotate("annotations/instances_train2017.json", 2, {"cat", "dog"}, {{1, 1, 2, 2, 9, 9}});
    folder.annotate("annotations/instances_val2017.json", 2, {"dog", "owl"}, {{1, 1, 2, 2, 9, 9}, {2, 2, 0, 0, 9, 9}});
    const auto module = folder.open();
    REQUIRE(module);
    CHECK(module->info().classes == std::vector<std::string>{"cat", "dog", "owl"});
    CHECK(module->splitKind() == "predefined");
    CHECK(module->rows(data::SplitName::Train) == std::vector<std::int64_t>{0, 1});
    CHECK(module->rows(data::SplitName::Validation) == std::vector<std::int64_t>{2, 3});
    CHECK(module->sample(2)->boxes.front().label == 1);
    CHECK(module->sample(3)->boxes.front().label == 2);
    CHECK(module->sample(0)->values.front() == Approx('t' / 255.));
    CHECK(module->sample(2)->values.front() == Approx('v' / 255.));
    CHECK_FALSE(problemOf(*module, "duplicate_rows"));
}

TEST_CASE("the doctor looks at boxes: outside, tiny, without a class, without a box, rare, twice")
{
    const MarkedFolder folder;
    for (int i = 1; i <= 12; ++i)
        folder.grey("images/" + std::to_string(i) + ".pgm", char(i == 12 ? 1 : i));
    std::vector<std::vector<int>> boxes{{1, 2, 30, 30, 20, 5}, {2, 1, 5, 5, 2, 9}};
    for (int i = 0; i < 20; ++i)
        boxes.push_back({3 + i % 8, 1, 4, 4, 20, 20});
    folder.annotate("annotations/instances.json", 12, {"cat", "dog", "owl"}, boxes);
    const auto module = folder.open();
    REQUIRE(module);
    const auto* outside = problemOf(*module, "box_outside");
    REQUIRE(outside);
    CHECK(outside->count == 1);
    CHECK(outside->rows == std::vector<std::int64_t>{0});
    const auto* tiny = problemOf(*module, "tiny_boxes");
    REQUIRE(tiny);
    CHECK(tiny->rows == std::vector<std::int64_t>{1});
    const auto* without = problemOf(*module, "class_without_marks");
    REQUIRE(without);
    CHECK(without->message == "class \"owl\" has no box");
    const auto* empty = problemOf(*module, "picture_without_marks");
    REQUIRE(empty);
    CHECK(empty->rows == std::vector<std::int64_t>{10, 11});
    const auto* rare = problemOf(*module, "class_imbalance");
    REQUIRE(rare);
    CHECK(rare->message == "class \"dog\" has 1 box, class \"cat\" has 21 boxes");
    const auto* twice = problemOf(*module, "duplicate_pictures");
    const auto& train = module->rows(data::SplitName::Train);
    const bool apart = std::count(train.begin(), train.end(), 0) + std::count(train.begin(), train.end(), 11) == 1;
    CHECK((twice != nullptr) == apart);
    if (twice)
        CHECK(twice->changes.front().first == "data.edits");
}

TEST_CASE("the doctor finds nothing wrong with marks that are well, nor in a mask with all its classes")
{
    const MarkedFolder folder;
    for (int i = 1; i <= 6; ++i)
        folder.grey("images/" + std::to_string(i) + ".pgm", char(10 * i));
    std::vector<std::vector<int>> boxes;
    for (int i = 1; i <= 6; ++i)
        boxes.push_back({i, 1 + i % 2, 4, 4, 20, 20});
    folder.annotate("annotations/instances.json", 6, {"cat", "dog"}, boxes);
    const auto module = folder.open();
    REQUIRE(module);
    CHECK(module->problems().empty());

    const MarkedFolder masks;
    for (int i = 1; i <= 6; ++i) {
        masks.grey("images/" + std::to_string(i) + ".pgm", char(10 * i), 4);
        masks.put("masks/" + std::to_string(i) + ".pgm",
                  std::string("P5 4 4 255\n") + std::string(8, '\0') + std::string(8, char(1)));
    }
    const auto divided = masks.open();
    REQUIRE(divided);
    REQUIRE(divided->problems().empty());
    masks.put("masks/1.pgm", std::string("P5 4 4 255\n") + std::string(16, '\0'));
    masks.put("masks/2.pgm", std::string("P5 4 4 255\n") + std::string(15, '\0') + '\3');
    const auto worse = masks.open();
    REQUIRE(worse);
    CHECK(problemOf(*worse, "picture_without_marks")->rows == std::vector<std::int64_t>{0});
    CHECK(problemOf(*worse, "class_without_marks")->message == "class \"2\" has no pixel");
    CHECK(problemOf(*worse, "class_imbalance")->count == 1);
}
