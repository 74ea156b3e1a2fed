// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/generator.h"

#include <algorithm>
#include <cmath>

namespace core::data::sources::fashion_scenes {

namespace {

struct Spec {
    std::int64_t size = 96;
    std::int64_t minItems = 1;
    std::int64_t maxItems = 4;
    double noise = 0.02;
    std::int64_t seed = 0;
};

constexpr std::int64_t itemSide = 28;
constexpr double smallest = 0.8, largest = 1.4; // scale of an item
constexpr float seenFrom = 0.1f;                // what is darker belongs to the background
constexpr double mostOverlap = 0.1;             // share of the smaller box
constexpr int tries = 30;
constexpr std::int64_t differentItems = 20'000;

double overlap(const Box& a, const Box& b)
{
    const double width = std::min(a.right, b.right) - std::max(a.left, b.left);
    const double height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
    const auto area = [](const Box& box) { return double(box.right - box.left) * double(box.bottom - box.top); };
    return width <= 0 || height <= 0 ? 0 : width * height / std::min(area(a), area(b));
}

// Pictures that are put together when they are read.
class Scenes final : public SampleStore {
public:
    Scenes(Spec spec, std::int64_t rows, bool masks, const Loaded& items)
        : m_spec(spec),
          m_rows(rows),
          m_masks(masks),
          m_images(items.inputs),
          m_labels(items.targets)
    {
    }

    std::int64_t size() const override { return m_rows; }
    base::Result<Sample> outline(std::int64_t) const override
    {
        return Sample{.modality = Modality::Image, .shape = {1, m_spec.size, m_spec.size}};
    }

    base::Result<Sample> read(std::int64_t row) const override
    {
        const base::Draw draw = drawOf("fashion-scenes", m_spec.seed).within(std::uint64_t(row));
        const std::int64_t side = m_spec.size, pixels = side * side;
        Sample scene{.modality = Modality::Image, .shape = {1, side, side}};
        scene.values.assign(std::size_t(pixels), 0);
        if (m_masks)
            scene.mask.assign(std::size_t(pixels), 0);
        const std::uint64_t most = std::uint64_t(std::max(m_spec.minItems, m_spec.maxItems) - m_spec.minItems);
        const std::uint64_t items = std::uint64_t(m_spec.minItems) + draw.below(0, most + 1);
        std::vector<Box> boxes;
        for (std::uint64_t i = 0; i < items; ++i)
            addItem(scene, boxes, draw.within(1).within(i));
        if (!m_masks)
            scene.boxes = std::move(boxes);
        const base::Draw noise = draw.within(2);
        for (std::size_t i = 0; i < scene.values.size() && m_spec.noise > 0; ++i)
            scene.values[i] = std::clamp(scene.values[i] + float(m_spec.noise * noise.normal(i)), 0.f, 1.f);
        return scene;
    }

private:
    Spec m_spec;
    std::int64_t m_rows;
    bool m_masks;
    at::Tensor m_images, m_labels;

    // Between the four pixels around (y, x) of an item; nothing outside.
    static float pixelAt(const std::uint8_t* item, double y, double x)
    {
        const double top = std::floor(y), left = std::floor(x), down = y - top, right = x - left;
        const auto at = [&](double row, double column) {
            const bool inside = row >= 0 && column >= 0 && row < double(itemSide) && column < double(itemSide);
            return inside ? item[std::int64_t(row) * itemSide + std::int64_t(column)] / 255.0 : 0.0;
        };
        return float((1 - down) * ((1 - right) * at(top, left) + right * at(top, left + 1)) +
                     down * ((1 - right) * at(top + 1, left) + right * at(top + 1, left + 1)));
    }

    // Looks for a place where little of what is there already is covered; where there is none the item stays away.
    void addItem(Sample& scene, std::vector<Box>& boxes, const base::Draw& draw) const
    {
        const std::int64_t which = std::int64_t(draw.below(0, std::uint64_t(m_images.size(0))));
        const std::uint8_t* item = m_images.const_data_ptr<std::uint8_t>() + which * itemSide * itemSide;
        const double scale = draw.uniform(1, smallest, largest);
        const std::int64_t side = std::min<std::int64_t>(m_spec.size, std::llround(double(itemSide) * scale));
        std::vector<float> pixels;
        for (std::int64_t y = 0; y < side; ++y)
            for (std::int64_t x = 0; x < side; ++x)
                pixels.push_back(pixelAt(item, (double(y) + 0.5) * double(itemSide) / double(side) - 0.5,
                                         (double(x) + 0.5) * double(itemSide) / double(side) - 0.5));
        Box box = boxOf(pixels, side);
        box.label = m_labels.const_data_ptr<std::int64_t>()[which];
        const std::uint64_t room = std::uint64_t(m_spec.size - side + 1);
        for (std::uint64_t attempt = 0; attempt < tries && box.right > box.left; ++attempt) {
            const std::int64_t top = std::int64_t(draw.below(2 * attempt + 2, room)),
                               left = std::int64_t(draw.below(2 * attempt + 3, room));
            const Box here{box.left + float(left), box.top + float(top), box.right + float(left),
                           box.bottom + float(top), box.label};
            if (std::any_of(boxes.begin(), boxes.end(), [&](const Box& b) { return overlap(b, here) > mostOverlap; }))
                continue;
            boxes.push_back(here);
            paint(scene, pixels, side, top, left, std::uint8_t(box.label + 1));
            return;
        }
    }

    static Box boxOf(const std::vector<float>& pixels, std::int64_t side)
    {
        Box box{float(side), float(side), 0, 0};
        for (std::int64_t i = 0; i < side * side; ++i)
            if (pixels[std::size_t(i)] >= seenFrom) {
                box.left = std::min(box.left, float(i % side));
                box.top = std::min(box.top, float(i / side));
                box.right = std::max(box.right, float(i % side + 1));
                box.bottom = std::max(box.bottom, float(i / side + 1));
            }
        return box;
    }

    void paint(Sample& scene, const std::vector<float>& pixels, std::int64_t side, std::int64_t top, std::int64_t left,
               std::uint8_t mark) const
    {
        for (std::int64_t i = 0; i < side * side; ++i) {
            const std::size_t to = std::size_t((top + i / side) * m_spec.size + left + i % side);
            scene.values[to] = std::max(scene.values[to], pixels[std::size_t(i)]);
            if (m_masks && pixels[std::size_t(i)] >= seenFrom)
                scene.mask[to] = mark;
        }
    }
};

class FashionScenes final : public Source {
public:
    explicit FashionScenes(Spec spec) : m_spec(spec) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        CORE_CHECK(checkTask(request, {"detection", "segmentation"}));
        CORE_TRY(rows, rowsToMake(request, 500, 1, m_spec.size * m_spec.size));
        CORE_TRY(fashion, allSources().make({"fashion-mnist"}));
        SourceRequest some;
        some.data.rows = differentItems;
        CORE_TRY(items, fashion->load(some));
        const bool masks = request.data.task == "segmentation";
        Loaded loaded;
        loaded.info = {.name = "fashion-scenes",
                       .task = masks ? "segmentation" : "detection",
                       .modality = Modality::Image,
                       .rows = rows,
                       .inputShape = {1, m_spec.size, m_spec.size},
                       .classes = items.info.classes,
                       .target = masks ? "mask" : "boxes"};
        if (masks)
            loaded.info.classes.insert(loaded.info.classes.begin(), "background");
        loaded.samples = std::make_shared<const Scenes>(m_spec, rows, masks, items);
        return loaded;
    }

private:
    Spec m_spec;
};

}

void enroll(Sources& all)
{
    all.add<FashionScenes>(
        "fashion-scenes", "Fashion scenes",
        "Several pieces of clothing from Fashion-MNIST in one picture, each with its box, or with a mask that says for "
        "every pixel what it belongs to, where data.task is segmentation.",
        base::Fields<Spec>{}
            .add("size", &Spec::size, base::Int{40, 1024}, {"Side of the picture; a piece has 22 to 39."},
                 {.unit = "pixels"})
            .add("min_items", &Spec::minItems, base::Int{1, 50}, {"So many pieces are in each picture at least."})
            .add("max_items", &Spec::maxItems, base::Int{1, 50},
                 {"So many at most; one that finds no room stays away."})
            .add("noise", &Spec::noise, base::Real{0, 1}, {"Standard deviation of grain over the whole picture."},
                 {.live = true})
            .add("seed", &Spec::seed, base::Int{}, {"Another number, other pictures."}));
}

}
