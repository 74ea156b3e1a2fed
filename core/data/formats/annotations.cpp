// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/annotations.h"

#include "core/data/formats/cell.h"
#include "core/data/formats/xml.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include <nlohmann/json.hpp>

namespace core::data {

namespace {

constexpr std::size_t mostLevels = 64;

// What of an object in a list is kept.
struct CocoItem {
    std::int64_t id = -1, image = -1, category = -1, width = 0, height = 0;
    std::string name;
    std::vector<double> box;
    bool crowd = false;
};

// Takes the three lists out of the parser's events as they come; nothing else is kept.
class CocoEvents final : public nlohmann::json_sax<nlohmann::json> {
public:
    std::vector<CocoItem> images, annotations, categories;
    std::string problem;
    std::size_t place = 0;

    bool null() override { return true; }
    bool boolean(bool value) override { return number(value); }
    bool number_integer(number_integer_t value) override { return number(double(value), value); }
    bool number_unsigned(number_unsigned_t value) override
    {
        return number(double(value), value > number_unsigned_t(INT64_MAX) ? -1 : std::int64_t(value));
    }
    bool number_float(number_float_t value, const string_t&) override { return number(value, -1); }
    bool string(string_t& value) override
    {
        if (m_list && m_depth == 3 && (m_key == "file_name" || m_key == "name"))
            m_list->back().name = std::move(value);
        return true;
    }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(false); }
    bool start_array(std::size_t) override { return open(true); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override
    {
        if (m_depth == 1)
            m_section = name;
        if (m_depth <= 3)
            m_key = std::move(name);
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override
    {
        place = position;
        problem = "is not JSON";
        return false;
    }

private:
    std::size_t m_depth = 0;
    std::string m_section, m_key;
    std::vector<CocoItem>* m_list = nullptr;

    // Depth 1 is the whole, 2 a list, 3 an object in it, 4 what that holds.
    bool open(bool array)
    {
        if (++m_depth > mostLevels) {
            problem = "has more than " + std::to_string(mostLevels) + " levels";
            return false;
        }
        if (m_depth == 1 && array) {
            problem = "is a list where COCO has an object with images, annotations and categories";
            return false;
        }
        if (m_depth == 2)
            m_list = !array                       ? nullptr
                     : m_section == "images"      ? &images
                     : m_section == "annotations" ? &annotations
                     : m_section == "categories"  ? &categories
                                                  : nullptr;
        if (m_depth == 3 && m_list && !array)
            m_list->emplace_back();
        return true;
    }
    bool close()
    {
        if (--m_depth == 1)
            m_list = nullptr;
        return true;
    }
    bool number(double value, std::int64_t whole = -1)
    {
        if (!m_list || m_list->empty())
            return true;
        CocoItem& item = m_list->back();
        if (m_depth == 4 && m_key == "bbox" && item.box.size() < 5)
            item.box.push_back(value);
        if (m_depth != 3)
            return true;
        const std::pair<std::string_view, std::int64_t*> wanted[] = {{"id", &item.id},
                                                                     {"image_id", &item.image},
                                                                     {"category_id", &item.category},
                                                                     {"width", &item.width},
                                                                     {"height", &item.height}};
        for (const auto& [key, target] : wanted)
            if (m_key == key)
                *target = whole;
        if (m_key == "iscrowd")
            item.crowd = value != 0;
        return true;
    }
};

base::Error cocoError(const std::string& where, const std::string& what)
{
    return {base::ErrorKind::Data, what, where,
            "COCO has images (id, file_name), annotations (image_id, category_id, bbox) and categories (id, name)"};
}

base::Result<Annotations> annotationsOf(CocoEvents& events, const std::string& where)
{
    Annotations made;
    if (events.images.empty() || events.categories.empty())
        return cocoError(where, events.images.empty() ? "lists no images" : "lists no categories");
    std::sort(events.categories.begin(), events.categories.end(), [](auto& a, auto& b) { return a.id < b.id; });
    std::unordered_map<std::int64_t, std::string> names;
    for (CocoItem& category : events.categories) {
        if (!names.try_emplace(category.id, category.name).second)
            return cocoError(where, "has category " + std::to_string(category.id) + " twice");
        if (std::find(made.classes.begin(), made.classes.end(), category.name) == made.classes.end())
            made.classes.push_back(category.name);
    }
    std::unordered_map<std::int64_t, std::size_t> places;
    for (CocoItem& image : events.images) {
        if (image.name.empty())
            return cocoError(where, "image " + std::to_string(image.id) + " has no file_name");
        if (!places.try_emplace(image.id, made.pictures.size()).second)
            return cocoError(where, "has image " + std::to_string(image.id) + " twice");
        made.pictures.push_back({std::move(image.name), image.width, image.height, {}});
    }
    for (const CocoItem& each : events.annotations) {
        const std::string called = "annotation " + std::to_string(each.id);
        const auto image = places.find(each.image);
        const auto name = names.find(each.category);
        if (image == places.end())
            return cocoError(where, called + " is of image " + std::to_string(each.image) + ", which is not listed");
        if (name == names.end())
            return cocoError(where,
                             called + " is of category " + std::to_string(each.category) + ", which is not listed");
        const auto& box = each.box;
        const bool sound =
            box.size() == 4 &&
            std::all_of(box.begin(), box.end(), [](double v) { return std::isfinite(v) && std::abs(v) < 1e9; }) &&
            box[2] > 0 && box[3] > 0;
        made.crowds += each.crowd;
        made.strange += !each.crowd && !sound;
        if (sound && !each.crowd)
            made.pictures[image->second].things.push_back(
                {name->second, float(box[0]), float(box[1]), float(box[0] + box[2]), float(box[1] + box[3])});
    }
    return made;
}

}

base::Result<Annotations> readCoco(std::string_view text, const std::string& where)
{
    CocoEvents events;
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &events))
        return cocoError(where, (events.problem.empty() ? "is not JSON" : events.problem) +
                                    (events.place ? " (byte " + std::to_string(events.place) + ")" : ""));
    return annotationsOf(events, where);
}

bool looksLikeCoco(std::string_view head)
{
    const std::size_t begin = head.find_first_not_of(" \t\r\n");
    if (begin == head.npos || head[begin] != '{')
        return false;
    // Which of its lists comes first is not said; each has a key of its own at its beginning.
    const auto has = [&](std::string_view text) { return head.find(text) != head.npos; };
    return (has("\"images\"") && has("\"file_name\"")) || (has("\"annotations\"") && has("\"image_id\"")) ||
           (has("\"categories\"") && (has("\"supercategory\"") || has("\"images\"") || has("\"annotations\"")));
}

base::Result<MarkedPicture> readVoc(std::string_view text, const std::string& where)
{
    CORE_TRY(root, readXml(text, where));
    const auto wrong = [&](const std::string& what) {
        return base::Error{base::ErrorKind::Data, what, where,
                           "An annotation has a filename, and objects with a name and a bndbox of xmin, ymin, xmax, "
                           "ymax"};
    };
    if (root.name != "annotation")
        return wrong("begins with <" + root.name.substr(0, 40) + "> and not with <annotation>");
    MarkedPicture picture{.file = std::string(root.textOf("filename"))};
    if (const XmlElement* size = root.find("size")) {
        picture.width = std::int64_t(numberOf(size->textOf("width")).value_or(0));
        picture.height = std::int64_t(numberOf(size->textOf("height")).value_or(0));
    }
    for (const XmlElement& object : root.inside) {
        if (object.name != "object")
            continue;
        const XmlElement* box = object.find("bndbox");
        const std::string name(object.textOf("name"));
        if (name.empty() || !box)
            return wrong(name.empty() ? "has an object without a name" : "has no bndbox for \"" + name + "\"");
        float side[4] = {};
        const char* const keys[] = {"xmin", "ymin", "xmax", "ymax"};
        for (int i = 0; i < 4; ++i) {
            const auto value = numberOf(box->textOf(keys[i]));
            if (!value || !(std::abs(*value) < 1e9))
                return wrong(std::string("has no number in ") + keys[i] + " of \"" + name + "\"");
            side[i] = float(*value);
        }
        picture.things.push_back({name, side[0] - 1, side[1] - 1, side[2], side[3]});
    }
    return picture;
}

}
