// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <string>
#include <vector>

namespace core::data {

/// An element of an XML text: its name, what stands inside as text, and the elements inside.
struct XmlElement {
    std::string name, text;
    std::vector<XmlElement> inside;

    /// The first inside of that name; nullptr if there is none.
    const XmlElement* find(std::string_view name) const;
    /// Its text; empty if there is none.
    std::string_view textOf(std::string_view name) const;
};

/// Reads the little of XML that annotations use: elements, text, comments, attributes (passed over) and the five named
/// entities. A document type, entities of its own and processing instructions are refused,
/// and so are more than 32 levels or 16 MB. An error of kind Data names the line.
base::Result<XmlElement> readXml(std::string_view text, const std::string& where);

}
