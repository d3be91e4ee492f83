// Written by scripts/build-assets.mjs. Edit the sources it names and run it again.
// From src/report/templates/*.hbs, by Handlebars' precompiler.
/* oxlint-disable */
// @ts-nocheck: compiler output, untyped
export const templates: Readonly<Record<string, object>> = {
  "actions": {"0":function(container,depth0,helpers,partials,data) {
    return "<p class=\"lead\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "missing", {"start":{"line":3,"column":33},"end":{"line":3,"column":40}} ), depth0))
    + "</p>";
},"1":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<ol class=\"do\">\n"
    + ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(depth0,"items"),{"name":"each","hash":{},"fn":container.program(2, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":6,"column":0},"end":{"line":8,"column":9}}})) != null ? stack1 : "")
    + "</ol>\n";
},"2":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<li><div><p><b>"
    + alias3(alias2(alias1(depth0, "action", {"start":{"line":7,"column":17},"end":{"line":7,"column":23}} ), depth0))
    + "</b></p><p class=\"detail\">"
    + alias3(alias2(alias1(depth0, "detail", {"start":{"line":7,"column":53},"end":{"line":7,"column":59}} ), depth0))
    + "</p><p class=\"detail because\">"
    + alias3(alias2(alias1(depth0, "because", {"start":{"line":7,"column":93},"end":{"line":7,"column":100}} ), depth0))
    + ((stack1 = lookupProperty(helpers,"if").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(depth0,"reference"),{"name":"if","hash":{},"fn":container.program(3, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":7,"column":102},"end":{"line":7,"column":142}}})) != null ? stack1 : "")
    + "</p></div></li>\n";
},"3":function(container,depth0,helpers,partials,data) {
    return " · "
    + container.escapeExpression(container.lambda(container.strict(depth0, "reference", {"start":{"line":7,"column":124},"end":{"line":7,"column":133}} ), depth0));
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<section id=\"do\" aria-labelledby=\"h-do\">\n<h2 id=\"h-do\">What to do</h2>\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"missing"),{"name":"if","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":3,"column":0},"end":{"line":3,"column":53}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"items"),{"name":"if","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":4,"column":0},"end":{"line":10,"column":7}}})) != null ? stack1 : "")
    + "</section>\n";
},"useData":true},
  "events": {"0":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<tr><td class=\"t\">"
    + alias3(alias2(alias1(depth0, "time", {"start":{"line":6,"column":20},"end":{"line":6,"column":24}} ), depth0))
    + "</td><td><span class=\"actor a-"
    + alias3(alias2(alias1(depth0, "lane", {"start":{"line":6,"column":58},"end":{"line":6,"column":62}} ), depth0))
    + "\">"
    + alias3(alias2(alias1(depth0, "lane", {"start":{"line":6,"column":68},"end":{"line":6,"column":72}} ), depth0))
    + "</span></td><td class=\"w\">"
    + alias3(alias2(alias1(depth0, "text", {"start":{"line":6,"column":102},"end":{"line":6,"column":106}} ), depth0))
    + "</td><td>"
    + ((stack1 = lookupProperty(helpers,"if").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(depth0,"evidence"),{"name":"if","hash":{},"fn":container.program(1, data, 0),"inverse":container.program(2, data, 0),"data":data,"loc":{"start":{"line":6,"column":117},"end":{"line":6,"column":161}}})) != null ? stack1 : "")
    + "</td></tr>\n";
},"1":function(container,depth0,helpers,partials,data) {
    return container.escapeExpression(container.lambda(container.strict(depth0, "evidence", {"start":{"line":6,"column":135},"end":{"line":6,"column":143}} ), depth0));
},"2":function(container,depth0,helpers,partials,data) {
    return "–";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<table class=\"cards events\">\n<caption>"
    + alias3(alias2(alias1(depth0, "caption", {"start":{"line":2,"column":11},"end":{"line":2,"column":18}} ), depth0))
    + "</caption>\n<thead><tr><th scope=\"col\">"
    + alias3(alias2(alias1(depth0, "timeHead", {"start":{"line":3,"column":29},"end":{"line":3,"column":37}} ), depth0))
    + "</th><th scope=\"col\">Actor</th><th scope=\"col\">What happened</th><th scope=\"col\">Evidence</th></tr></thead>\n<tbody>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(depth0,"rows"),{"name":"each","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":5,"column":0},"end":{"line":7,"column":9}}})) != null ? stack1 : "")
    + "</tbody>\n</table>\n";
},"useData":true},
  "evidence": {"0":function(container,depth0,helpers,partials,data) {
    return "<p class=\"lead\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "missing", {"start":{"line":3,"column":33},"end":{"line":3,"column":40}} ), depth0))
    + "</p>";
},"1":function(container,depth0,helpers,partials,data) {
    return "<p class=\"lead\">Every cited line as it stands in the capture. Numbers count lines from 1.</p>";
},"2":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<h3 class=\"file\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "file", {"start":{"line":5,"column":19},"end":{"line":5,"column":23}} ), depth0))
    + "</h3>\n<ol class=\""
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"deep"),{"name":"if","hash":{},"fn":container.program(3, data, 0),"inverse":container.program(4, data, 0),"data":data,"loc":{"start":{"line":6,"column":11},"end":{"line":6,"column":53}}})) != null ? stack1 : "")
    + "\">\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"lines"),{"name":"each","hash":{},"fn":container.program(5, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":7,"column":0},"end":{"line":9,"column":9}}})) != null ? stack1 : "")
    + "</ol>\n";
},"3":function(container,depth0,helpers,partials,data) {
    return "lines deep";
},"4":function(container,depth0,helpers,partials,data) {
    return "lines";
},"5":function(container,depth0,helpers,partials,data) {
    var alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression;

  return "<li id=\""
    + alias3(alias2(alias1(depth0, "id", {"start":{"line":8,"column":10},"end":{"line":8,"column":12}} ), depth0))
    + "\"><a class=\"ln\" href=\"#"
    + alias3(alias2(alias1(depth0, "id", {"start":{"line":8,"column":39},"end":{"line":8,"column":41}} ), depth0))
    + "\">"
    + alias3(alias2(alias1(depth0, "place", {"start":{"line":8,"column":47},"end":{"line":8,"column":52}} ), depth0))
    + "</a> <code>"
    + alias3(alias2(alias1(depth0, "text", {"start":{"line":8,"column":67},"end":{"line":8,"column":71}} ), depth0))
    + "</code></li>\n";
},"6":function(container,depth0,helpers,partials,data) {
    return "<p class=\"note\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "more", {"start":{"line":12,"column":30},"end":{"line":12,"column":34}} ), depth0))
    + "</p>";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<section id=\"evidence\" aria-labelledby=\"h-evidence\">\n<h2 id=\"h-evidence\">Evidence</h2>\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"missing"),{"name":"if","hash":{},"fn":container.program(0, data, 0),"inverse":container.program(1, data, 0),"data":data,"loc":{"start":{"line":3,"column":0},"end":{"line":3,"column":154}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"files"),{"name":"each","hash":{},"fn":container.program(2, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":4,"column":0},"end":{"line":11,"column":9}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"more"),{"name":"if","hash":{},"fn":container.program(6, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":12,"column":0},"end":{"line":12,"column":47}}})) != null ? stack1 : "")
    + "\n</section>\n";
},"useData":true},
  "figures": {"0":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<figure>"
    + ((stack1 = lookupProperty(helpers,"if").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(depth0,"title"),{"name":"if","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":2,"column":8},"end":{"line":2,"column":46}}})) != null ? stack1 : "")
    + "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\""
    + alias3(alias2(alias1(depth0, "label", {"start":{"line":2,"column":106},"end":{"line":2,"column":111}} ), depth0))
    + "\">"
    + alias3(alias2(alias1(depth0, "svg", {"start":{"line":2,"column":117},"end":{"line":2,"column":120}} ), depth0))
    + "</div></figure>\n";
},"1":function(container,depth0,helpers,partials,data) {
    return "<h3>"
    + container.escapeExpression(container.lambda(container.strict(depth0, "title", {"start":{"line":2,"column":27},"end":{"line":2,"column":32}} ), depth0))
    + "</h3>";
},"2":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<p class=\"key\">"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"key"),{"name":"each","hash":{},"fn":container.program(3, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":4,"column":26},"end":{"line":4,"column":70}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"free"),{"name":"if","hash":{},"fn":container.program(4, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":4,"column":70},"end":{"line":4,"column":113}}})) != null ? stack1 : "")
    + "</p>";
},"3":function(container,depth0,helpers,partials,data) {
    return "<span>"
    + container.escapeExpression(container.lambda(depth0, depth0))
    + "</span> ";
},"4":function(container,depth0,helpers,partials,data) {
    return "<span>white: free</span>";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"figures"),{"name":"each","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":1,"column":0},"end":{"line":3,"column":9}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"key"),{"name":"if","hash":{},"fn":container.program(2, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":4,"column":0},"end":{"line":4,"column":124}}})) != null ? stack1 : "")
    + "\n";
},"useData":true},
  "findings": {"0":function(container,depth0,helpers,partials,data) {
    return "<p class=\"lead\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "missing", {"start":{"line":3,"column":33},"end":{"line":3,"column":40}} ), depth0))
    + "</p>";
},"1":function(container,depth0,helpers,partials,data) {
    return "<p class=\"lead\">What the evidence supports, what it rules out, and what it cannot say.</p>";
},"2":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression, alias4=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<details class=\"finding\" id=\""
    + alias3(alias2(alias1(depth0, "id", {"start":{"line":5,"column":31},"end":{"line":5,"column":33}} ), depth0))
    + "\""
    + ((stack1 = lookupProperty(helpers,"if").call(alias4,lookupProperty(depth0,"open"),{"name":"if","hash":{},"fn":container.program(3, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":5,"column":36},"end":{"line":5,"column":60}}})) != null ? stack1 : "")
    + ">\n<summary><span class=\"chip "
    + alias3(alias2(alias1(depth0, "state", {"start":{"line":6,"column":29},"end":{"line":6,"column":34}} ), depth0))
    + "\">"
    + alias3(alias2(alias1(depth0, "chip", {"start":{"line":6,"column":40},"end":{"line":6,"column":44}} ), depth0))
    + "</span> <b>"
    + alias3(alias2(alias1(depth0, "title", {"start":{"line":6,"column":59},"end":{"line":6,"column":64}} ), depth0))
    + "</b></summary>\n<p>"
    + alias3(alias2(alias1(depth0, "explanation", {"start":{"line":7,"column":5},"end":{"line":7,"column":16}} ), depth0))
    + "</p>\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias4,lookupProperty(depth0,"wouldDecide"),{"name":"if","hash":{},"fn":container.program(4, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":8,"column":0},"end":{"line":8,"column":72}}})) != null ? stack1 : "")
    + "\n<dl class=\"figures\">\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias4,lookupProperty(depth0,"facts"),{"name":"each","hash":{},"fn":container.program(5, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":10,"column":0},"end":{"line":12,"column":9}}})) != null ? stack1 : "")
    + "</dl>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias4,lookupProperty(depth0,"remediation"),{"name":"each","hash":{},"fn":container.program(6, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":14,"column":0},"end":{"line":16,"column":9}}})) != null ? stack1 : "")
    + "<p class=\"note\"><code>"
    + alias3(alias2(alias1(depth0, "ruleId", {"start":{"line":17,"column":24},"end":{"line":17,"column":30}} ), depth0))
    + "</code>, "
    + alias3(alias2(alias1(depth0, "confidence", {"start":{"line":17,"column":43},"end":{"line":17,"column":53}} ), depth0))
    + ((stack1 = lookupProperty(helpers,"if").call(alias4,lookupProperty(depth0,"severity"),{"name":"if","hash":{},"fn":container.program(8, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":17,"column":55},"end":{"line":17,"column":92}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias4,lookupProperty(depth0,"heuristic"),{"name":"if","hash":{},"fn":container.program(9, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":17,"column":92},"end":{"line":17,"column":191}}})) != null ? stack1 : "")
    + "</p>\n</details>\n";
},"3":function(container,depth0,helpers,partials,data) {
    return " open";
},"4":function(container,depth0,helpers,partials,data) {
    return "<p><b>Would decide it:</b> "
    + container.escapeExpression(container.lambda(container.strict(depth0, "wouldDecide", {"start":{"line":8,"column":48},"end":{"line":8,"column":59}} ), depth0))
    + "</p>";
},"5":function(container,depth0,helpers,partials,data) {
    var alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression;

  return "<div><dt>"
    + alias3(alias2(alias1(depth0, "label", {"start":{"line":11,"column":11},"end":{"line":11,"column":16}} ), depth0))
    + "</dt><dd>"
    + alias3(alias2(alias1(depth0, "value", {"start":{"line":11,"column":29},"end":{"line":11,"column":34}} ), depth0))
    + " "
    + alias3(alias2(alias1(depth0, "evidence", {"start":{"line":11,"column":39},"end":{"line":11,"column":47}} ), depth0))
    + "</dd></div>\n";
},"6":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<p><b>"
    + alias3(alias2(alias1(depth0, "action", {"start":{"line":15,"column":8},"end":{"line":15,"column":14}} ), depth0))
    + "</b> "
    + alias3(alias2(alias1(depth0, "detail", {"start":{"line":15,"column":23},"end":{"line":15,"column":29}} ), depth0))
    + ((stack1 = lookupProperty(helpers,"if").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(depth0,"reference"),{"name":"if","hash":{},"fn":container.program(7, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":15,"column":31},"end":{"line":15,"column":69}}})) != null ? stack1 : "")
    + "</p>\n";
},"7":function(container,depth0,helpers,partials,data) {
    return " "
    + container.escapeExpression(container.lambda(container.strict(depth0, "reference", {"start":{"line":15,"column":51},"end":{"line":15,"column":60}} ), depth0));
},"8":function(container,depth0,helpers,partials,data) {
    return ", "
    + container.escapeExpression(container.lambda(container.strict(depth0, "severity", {"start":{"line":17,"column":75},"end":{"line":17,"column":83}} ), depth0));
},"9":function(container,depth0,helpers,partials,data) {
    return ", <span class=\"heuristic\">decided by a threshold of ours (heuristic)</span>";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<section id=\"findings\" aria-labelledby=\"h-findings\">\n<h2 id=\"h-findings\">Findings</h2>\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"missing"),{"name":"if","hash":{},"fn":container.program(0, data, 0),"inverse":container.program(1, data, 0),"data":data,"loc":{"start":{"line":3,"column":0},"end":{"line":3,"column":151}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"items"),{"name":"each","hash":{},"fn":container.program(2, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":4,"column":0},"end":{"line":19,"column":9}}})) != null ? stack1 : "")
    + "</section>\n";
},"useData":true},
  "kills": {"0":function(container,depth0,helpers,partials,data) {
    return "<p class=\"lead\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "missing", {"start":{"line":3,"column":33},"end":{"line":3,"column":40}} ), depth0))
    + "</p>";
},"1":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<table class=\"cards\">\n<caption>Killed by the kernel</caption>\n<thead><tr><th scope=\"col\">Time (UTC)</th><th scope=\"col\">Victim</th><th scope=\"col\">Pod, container</th><th scope=\"col\">Short of memory</th><th scope=\"col\">It held</th><th scope=\"col\">Choice of victim</th><th scope=\"col\">Known from</th></tr></thead>\n<tbody>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"kills"),{"name":"each","hash":{},"fn":container.program(2, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":9,"column":0},"end":{"line":11,"column":9}}})) != null ? stack1 : "")
    + "</tbody></table>\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"moreKills"),{"name":"if","hash":{},"fn":container.program(4, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":13,"column":0},"end":{"line":13,"column":57}}})) != null ? stack1 : "")
    + "\n";
},"2":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<tr><td class=\"t\" data-label=\"Time\">"
    + alias3(alias2(alias1(depth0, "time", {"start":{"line":10,"column":38},"end":{"line":10,"column":42}} ), depth0))
    + "</td><th scope=\"row\" data-label=\"Victim\">"
    + alias3(alias2(alias1(depth0, "victim", {"start":{"line":10,"column":87},"end":{"line":10,"column":93}} ), depth0))
    + "</th><td data-label=\"Pod\">"
    + alias3(alias2(alias1(depth0, "pod", {"start":{"line":10,"column":123},"end":{"line":10,"column":126}} ), depth0))
    + "</td><td data-label=\"Scope\">"
    + alias3(alias2(alias1(depth0, "scope", {"start":{"line":10,"column":158},"end":{"line":10,"column":163}} ), depth0))
    + ((stack1 = lookupProperty(helpers,"if").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(depth0,"used"),{"name":"if","hash":{},"fn":container.program(3, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":10,"column":165},"end":{"line":10,"column":196}}})) != null ? stack1 : "")
    + "</td><td data-label=\"It held\">"
    + alias3(alias2(alias1(depth0, "held", {"start":{"line":10,"column":228},"end":{"line":10,"column":232}} ), depth0))
    + "</td><td class=\"w\" data-label=\"Choice\">"
    + alias3(alias2(alias1(depth0, "choice", {"start":{"line":10,"column":275},"end":{"line":10,"column":281}} ), depth0))
    + "</td><td class=\"w\" data-label=\"Known from\">"
    + alias3(alias2(alias1(depth0, "from", {"start":{"line":10,"column":328},"end":{"line":10,"column":332}} ), depth0))
    + " "
    + alias3(alias2(alias1(depth0, "evidence", {"start":{"line":10,"column":337},"end":{"line":10,"column":345}} ), depth0))
    + "</td></tr>\n";
},"3":function(container,depth0,helpers,partials,data) {
    return "<br>"
    + container.escapeExpression(container.lambda(container.strict(depth0, "used", {"start":{"line":10,"column":183},"end":{"line":10,"column":187}} ), depth0));
},"4":function(container,depth0,helpers,partials,data) {
    return "<p class=\"note\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "moreKills", {"start":{"line":13,"column":35},"end":{"line":13,"column":44}} ), depth0))
    + "</p>";
},"5":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<table class=\"cards\">\n<caption>Evicted by the kubelet</caption>\n<thead><tr><th scope=\"col\">Time (UTC)</th><th scope=\"col\">Pods</th><th scope=\"col\">Signal</th><th scope=\"col\" class=\"n\">Threshold</th><th scope=\"col\" class=\"n\">Acted on</th><th scope=\"col\">Cleaned up</th><th scope=\"col\">Evidence</th></tr></thead>\n<tbody>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(depth0,"evictions"),{"name":"each","hash":{},"fn":container.program(6, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":20,"column":0},"end":{"line":22,"column":9}}})) != null ? stack1 : "")
    + "</tbody></table>\n";
},"6":function(container,depth0,helpers,partials,data) {
    var alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression;

  return "<tr><td class=\"t\" data-label=\"Time\">"
    + alias3(alias2(alias1(depth0, "time", {"start":{"line":21,"column":38},"end":{"line":21,"column":42}} ), depth0))
    + "</td><th scope=\"row\" data-label=\"Pods\">"
    + alias3(alias2(alias1(depth0, "pods", {"start":{"line":21,"column":85},"end":{"line":21,"column":89}} ), depth0))
    + "</th><td class=\"w\" data-label=\"Signal\">"
    + alias3(alias2(alias1(depth0, "signal", {"start":{"line":21,"column":132},"end":{"line":21,"column":138}} ), depth0))
    + "</td><td class=\"n\" data-label=\"Threshold\">"
    + alias3(alias2(alias1(depth0, "threshold", {"start":{"line":21,"column":184},"end":{"line":21,"column":193}} ), depth0))
    + "</td><td class=\"n\" data-label=\"Acted on\">"
    + alias3(alias2(alias1(depth0, "observed", {"start":{"line":21,"column":238},"end":{"line":21,"column":246}} ), depth0))
    + "</td><td data-label=\"Cleaned up\">"
    + alias3(alias2(alias1(depth0, "completed", {"start":{"line":21,"column":283},"end":{"line":21,"column":292}} ), depth0))
    + "</td><td data-label=\"Evidence\">"
    + alias3(alias2(alias1(depth0, "evidence", {"start":{"line":21,"column":327},"end":{"line":21,"column":335}} ), depth0))
    + "</td></tr>\n";
},"7":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<table class=\"cards\">\n<caption>Killed by a userspace daemon</caption>\n<thead><tr><th scope=\"col\">Time (UTC)</th><th scope=\"col\">Daemon</th><th scope=\"col\">Target</th><th scope=\"col\">Its reason</th><th scope=\"col\">Evidence</th></tr></thead>\n<tbody>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(depth0,"userspace"),{"name":"each","hash":{},"fn":container.program(8, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":30,"column":0},"end":{"line":32,"column":9}}})) != null ? stack1 : "")
    + "</tbody></table>\n";
},"8":function(container,depth0,helpers,partials,data) {
    var alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression;

  return "<tr><td class=\"t\" data-label=\"Time\">"
    + alias3(alias2(alias1(depth0, "time", {"start":{"line":31,"column":38},"end":{"line":31,"column":42}} ), depth0))
    + "</td><th scope=\"row\" data-label=\"Daemon\">"
    + alias3(alias2(alias1(depth0, "daemon", {"start":{"line":31,"column":87},"end":{"line":31,"column":93}} ), depth0))
    + "</th><td class=\"w\" data-label=\"Target\">"
    + alias3(alias2(alias1(depth0, "target", {"start":{"line":31,"column":136},"end":{"line":31,"column":142}} ), depth0))
    + "</td><td class=\"w\" data-label=\"Reason\">"
    + alias3(alias2(alias1(depth0, "reason", {"start":{"line":31,"column":185},"end":{"line":31,"column":191}} ), depth0))
    + "</td><td data-label=\"Evidence\">"
    + alias3(alias2(alias1(depth0, "evidence", {"start":{"line":31,"column":226},"end":{"line":31,"column":234}} ), depth0))
    + "</td></tr>\n";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<section id=\"kills\" aria-labelledby=\"h-kills\">\n<h2 id=\"h-kills\">Kills and evictions</h2>\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"missing"),{"name":"if","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":3,"column":0},"end":{"line":3,"column":53}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"kills"),{"name":"if","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":4,"column":0},"end":{"line":14,"column":7}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"evictions"),{"name":"if","hash":{},"fn":container.program(5, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":15,"column":0},"end":{"line":24,"column":7}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"userspace"),{"name":"if","hash":{},"fn":container.program(7, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":25,"column":0},"end":{"line":34,"column":7}}})) != null ? stack1 : "")
    + "</section>\n";
},"useData":true},
  "owners": {"0":function(container,depth0,helpers,partials,data) {
    return "<p class=\"lead\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "missing", {"start":{"line":3,"column":33},"end":{"line":3,"column":40}} ), depth0))
    + "</p>";
},"1":function(container,depth0,helpers,partials,data) {
    return "<p class=\"lead\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "intro", {"start":{"line":4,"column":31},"end":{"line":4,"column":36}} ), depth0))
    + "</p>";
},"2":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), alias2=container.strict, alias3=container.lambda, alias4=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<details class=\"fold\"><summary>The account at that instant</summary>\n<table class=\"narrow\"><thead><tr><th scope=\"col\">Owner</th><th scope=\"col\" class=\"n\">Held</th><th scope=\"col\" class=\"n\">Of the node</th></tr></thead><tbody>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(lookupProperty(depth0,"ledger"),"rows"),{"name":"each","hash":{},"fn":container.program(3, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":9,"column":0},"end":{"line":11,"column":9}}})) != null ? stack1 : "")
    + "</tbody></table>\n<p class=\"note\">Of "
    + alias4(alias3(alias2(lookupProperty(depth0,"ledger"), "total", {"start":{"line":13,"column":21},"end":{"line":13,"column":33}} ), depth0))
    + " in all; not accounted for: "
    + alias4(alias3(alias2(lookupProperty(depth0,"ledger"), "open", {"start":{"line":13,"column":65},"end":{"line":13,"column":76}} ), depth0))
    + ". "
    + alias4(alias3(alias2(lookupProperty(depth0,"ledger"), "evidence", {"start":{"line":13,"column":82},"end":{"line":13,"column":97}} ), depth0))
    + "</p>\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(lookupProperty(depth0,"ledger"),"since"),{"name":"if","hash":{},"fn":container.program(4, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":14,"column":0},"end":{"line":20,"column":7}}})) != null ? stack1 : "")
    + "</details>\n";
},"3":function(container,depth0,helpers,partials,data) {
    var alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression;

  return "<tr><td>"
    + alias3(alias2(alias1(depth0, "name", {"start":{"line":10,"column":10},"end":{"line":10,"column":14}} ), depth0))
    + "</td><td class=\"n\">"
    + alias3(alias2(alias1(depth0, "bytes", {"start":{"line":10,"column":37},"end":{"line":10,"column":42}} ), depth0))
    + "</td><td class=\"n\">"
    + alias3(alias2(alias1(depth0, "share", {"start":{"line":10,"column":65},"end":{"line":10,"column":70}} ), depth0))
    + "</td></tr>\n";
},"4":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<table class=\"narrow\"><caption>Changed since "
    + container.escapeExpression(container.lambda(container.strict(lookupProperty(depth0,"ledger"), "since", {"start":{"line":15,"column":47},"end":{"line":15,"column":59}} ), depth0))
    + "</caption><thead><tr><th scope=\"col\">Owner</th><th scope=\"col\" class=\"n\">Change</th></tr></thead><tbody>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(lookupProperty(depth0,"ledger"),"growth"),{"name":"each","hash":{},"fn":container.program(5, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":16,"column":0},"end":{"line":18,"column":9}}})) != null ? stack1 : "")
    + "</tbody></table>\n";
},"5":function(container,depth0,helpers,partials,data) {
    var alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression;

  return "<tr><td>"
    + alias3(alias2(alias1(depth0, "name", {"start":{"line":17,"column":10},"end":{"line":17,"column":14}} ), depth0))
    + "</td><td class=\"n\">"
    + alias3(alias2(alias1(depth0, "bytes", {"start":{"line":17,"column":37},"end":{"line":17,"column":42}} ), depth0))
    + "</td></tr>\n";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<section id=\"memory\" aria-labelledby=\"h-memory\">\n<h2 id=\"h-memory\">Where the memory went</h2>\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"missing"),{"name":"if","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":3,"column":0},"end":{"line":3,"column":53}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"intro"),{"name":"if","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":4,"column":0},"end":{"line":4,"column":49}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = container.invokePartial(lookupProperty(partials,"figures"),undefined,{"name":"figures","hash":{"free":true,"key":lookupProperty(depth0,"key"),"figures":lookupProperty(depth0,"figures")},"data":data,"helpers":helpers,"partials":partials,"decorators":container.decorators})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"ledger"),{"name":"if","hash":{},"fn":container.program(2, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":6,"column":0},"end":{"line":22,"column":7}}})) != null ? stack1 : "")
    + "</section>\n";
},"usePartial":true,"useData":true},
  "page": {"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\""
    + alias3(alias2(alias1(depth0, "csp", {"start":{"line":5,"column":54},"end":{"line":5,"column":57}} ), depth0))
    + "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"generator\" content=\"memforensics "
    + alias3(alias2(alias1(depth0, "version", {"start":{"line":9,"column":47},"end":{"line":9,"column":54}} ), depth0))
    + "\">\n<title>"
    + alias3(alias2(alias1(depth0, "title", {"start":{"line":10,"column":9},"end":{"line":10,"column":14}} ), depth0))
    + "</title>\n<style>"
    + alias3(alias2(alias1(depth0, "css", {"start":{"line":11,"column":9},"end":{"line":11,"column":12}} ), depth0))
    + "</style>\n</head>\n<body>\n<main>\n"
    + ((stack1 = container.invokePartial(lookupProperty(partials,"verdict"),lookupProperty(depth0,"verdict"),{"name":"verdict","data":data,"helpers":helpers,"partials":partials,"decorators":container.decorators})) != null ? stack1 : "")
    + ((stack1 = container.invokePartial(lookupProperty(partials,"actions"),lookupProperty(depth0,"actions"),{"name":"actions","data":data,"helpers":helpers,"partials":partials,"decorators":container.decorators})) != null ? stack1 : "")
    + ((stack1 = container.invokePartial(lookupProperty(partials,"race"),lookupProperty(depth0,"race"),{"name":"race","data":data,"helpers":helpers,"partials":partials,"decorators":container.decorators})) != null ? stack1 : "")
    + ((stack1 = container.invokePartial(lookupProperty(partials,"owners"),lookupProperty(depth0,"owners"),{"name":"owners","data":data,"helpers":helpers,"partials":partials,"decorators":container.decorators})) != null ? stack1 : "")
    + ((stack1 = container.invokePartial(lookupProperty(partials,"stall"),lookupProperty(depth0,"stall"),{"name":"stall","data":data,"helpers":helpers,"partials":partials,"decorators":container.decorators})) != null ? stack1 : "")
    + ((stack1 = container.invokePartial(lookupProperty(partials,"reclaim"),lookupProperty(depth0,"reclaim"),{"name":"reclaim","data":data,"helpers":helpers,"partials":partials,"decorators":container.decorators})) != null ? stack1 : "")
    + ((stack1 = container.invokePartial(lookupProperty(partials,"pods"),lookupProperty(depth0,"pods"),{"name":"pods","data":data,"helpers":helpers,"partials":partials,"decorators":container.decorators})) != null ? stack1 : "")
    + ((stack1 = container.invokePartial(lookupProperty(partials,"kills"),lookupProperty(depth0,"kills"),{"name":"kills","data":data,"helpers":helpers,"partials":partials,"decorators":container.decorators})) != null ? stack1 : "")
    + ((stack1 = container.invokePartial(lookupProperty(partials,"findings"),lookupProperty(depth0,"findings"),{"name":"findings","data":data,"helpers":helpers,"partials":partials,"decorators":container.decorators})) != null ? stack1 : "")
    + ((stack1 = container.invokePartial(lookupProperty(partials,"evidence"),lookupProperty(depth0,"evidence"),{"name":"evidence","data":data,"helpers":helpers,"partials":partials,"decorators":container.decorators})) != null ? stack1 : "")
    + ((stack1 = container.invokePartial(lookupProperty(partials,"quality"),lookupProperty(depth0,"quality"),{"name":"quality","data":data,"helpers":helpers,"partials":partials,"decorators":container.decorators})) != null ? stack1 : "")
    + ((stack1 = container.invokePartial(lookupProperty(partials,"summary"),lookupProperty(depth0,"summary"),{"name":"summary","data":data,"helpers":helpers,"partials":partials,"decorators":container.decorators})) != null ? stack1 : "")
    + "</main>\n\u003Cscript>"
    + alias3(alias2(alias1(depth0, "script", {"start":{"line":28,"column":10},"end":{"line":28,"column":16}} ), depth0))
    + "\u003C/script>\n</body>\n</html>\n";
},"usePartial":true,"useData":true},
  "pod-rows": {"0":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression, alias4=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<tr><th scope=\"row\" data-label=\"Pod\">"
    + alias3(alias2(alias1(depth0, "name", {"start":{"line":6,"column":39},"end":{"line":6,"column":43}} ), depth0))
    + " "
    + ((stack1 = lookupProperty(helpers,"if").call(alias4,lookupProperty(depth0,"evidence"),{"name":"if","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":6,"column":46},"end":{"line":6,"column":85}}})) != null ? stack1 : "")
    + "</th><td data-label=\"QoS\">"
    + alias3(alias2(alias1(depth0, "qos", {"start":{"line":6,"column":113},"end":{"line":6,"column":116}} ), depth0))
    + "</td><td class=\"n\" data-label=\"Request\">"
    + alias3(alias2(alias1(depth0, "request", {"start":{"line":6,"column":160},"end":{"line":6,"column":167}} ), depth0))
    + "</td><td class=\"n\" data-label=\"Limit\">"
    + alias3(alias2(alias1(depth0, "limit", {"start":{"line":6,"column":209},"end":{"line":6,"column":214}} ), depth0))
    + "</td><td class=\"n\" data-label=\"Peak\">"
    + alias3(alias2(alias1(depth0, "peak", {"start":{"line":6,"column":255},"end":{"line":6,"column":259}} ), depth0))
    + "</td><td data-label=\"of the node\">"
    + ((stack1 = lookupProperty(helpers,"if").call(alias4,lookupProperty(depth0,"share"),{"name":"if","hash":{},"fn":container.program(2, data, 0),"inverse":container.program(3, data, 0),"data":data,"loc":{"start":{"line":6,"column":295},"end":{"line":6,"column":333}}})) != null ? stack1 : "")
    + "</td><td class=\"n\" data-label=\"Growth\">"
    + alias3(alias2(alias1(depth0, "growth", {"start":{"line":6,"column":374},"end":{"line":6,"column":380}} ), depth0))
    + "</td><td class=\"n\" data-label=\"oom_score_adj\">"
    + alias3(alias2(alias1(depth0, "adj", {"start":{"line":6,"column":430},"end":{"line":6,"column":433}} ), depth0))
    + "</td><td class=\"w\" data-label=\"Fate\">"
    + alias3(alias2(alias1(depth0, "fate", {"start":{"line":6,"column":474},"end":{"line":6,"column":478}} ), depth0))
    + "</td></tr>\n";
},"1":function(container,depth0,helpers,partials,data) {
    return "<br>"
    + container.escapeExpression(container.lambda(container.strict(depth0, "evidence", {"start":{"line":6,"column":68},"end":{"line":6,"column":76}} ), depth0));
},"2":function(container,depth0,helpers,partials,data) {
    return container.escapeExpression(container.lambda(container.strict(depth0, "share", {"start":{"line":6,"column":310},"end":{"line":6,"column":315}} ), depth0));
},"3":function(container,depth0,helpers,partials,data) {
    return "–";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<table class=\"cards\">\n<caption>"
    + container.escapeExpression(container.lambda(container.strict(depth0, "caption", {"start":{"line":2,"column":11},"end":{"line":2,"column":18}} ), depth0))
    + "</caption>\n<thead><tr><th scope=\"col\">Pod</th><th scope=\"col\">QoS</th><th scope=\"col\" class=\"n\">Request</th><th scope=\"col\" class=\"n\">Limit</th><th scope=\"col\" class=\"n\">Peak</th><th scope=\"col\">of the node</th><th scope=\"col\" class=\"n\">Growth</th><th scope=\"col\" class=\"n\">oom_score_adj</th><th scope=\"col\">Fate</th></tr></thead>\n<tbody>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(depth0,"rows"),{"name":"each","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":5,"column":0},"end":{"line":7,"column":9}}})) != null ? stack1 : "")
    + "</tbody>\n</table>\n";
},"useData":true},
  "pods": {"0":function(container,depth0,helpers,partials,data) {
    return "<p class=\"lead\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "missing", {"start":{"line":3,"column":33},"end":{"line":3,"column":40}} ), depth0))
    + "</p>";
},"1":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return ((stack1 = container.invokePartial(lookupProperty(partials,"pod-rows"),undefined,{"name":"pod-rows","hash":{"caption":"Killed and evicted ones first, then by peak of the working set. –: none, or not in the capture.","rows":lookupProperty(depth0,"rows")},"data":data,"helpers":helpers,"partials":partials,"decorators":container.decorators})) != null ? stack1 : "");
},"2":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<details class=\"fold\"><summary>"
    + container.escapeExpression(container.lambda(container.strict(depth0, "foldedSummary", {"start":{"line":6,"column":33},"end":{"line":6,"column":46}} ), depth0))
    + "</summary>\n"
    + ((stack1 = container.invokePartial(lookupProperty(partials,"pod-rows"),undefined,{"name":"pod-rows","hash":{"caption":lookupProperty(depth0,"foldedSummary"),"rows":lookupProperty(depth0,"folded")},"data":data,"helpers":helpers,"partials":partials,"decorators":container.decorators})) != null ? stack1 : "")
    + "</details>\n";
},"3":function(container,depth0,helpers,partials,data) {
    return "<p class=\"note\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "more", {"start":{"line":10,"column":30},"end":{"line":10,"column":34}} ), depth0))
    + "</p>";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<section id=\"pods\" aria-labelledby=\"h-pods\">\n<h2 id=\"h-pods\">Pods</h2>\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"missing"),{"name":"if","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":3,"column":0},"end":{"line":3,"column":53}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"rows"),{"name":"if","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":4,"column":0},"end":{"line":4,"column":149}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"folded"),{"name":"if","hash":{},"fn":container.program(2, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":5,"column":0},"end":{"line":9,"column":7}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"more"),{"name":"if","hash":{},"fn":container.program(3, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":10,"column":0},"end":{"line":10,"column":47}}})) != null ? stack1 : "")
    + "\n</section>\n";
},"usePartial":true,"useData":true},
  "quality": {"0":function(container,depth0,helpers,partials,data) {
    return "<p class=\"lead\">Not in it: "
    + container.escapeExpression(container.lambda(container.strict(depth0, "absent", {"start":{"line":3,"column":43},"end":{"line":3,"column":49}} ), depth0))
    + ".</p>";
},"1":function(container,depth0,helpers,partials,data) {
    return "<p class=\"lead\">Only in part: "
    + container.escapeExpression(container.lambda(container.strict(depth0, "partial", {"start":{"line":4,"column":47},"end":{"line":4,"column":54}} ), depth0))
    + ".</p>";
},"2":function(container,depth0,helpers,partials,data) {
    return "<p class=\"lead\">In it: "
    + container.escapeExpression(container.lambda(container.strict(depth0, "present", {"start":{"line":5,"column":40},"end":{"line":5,"column":47}} ), depth0))
    + ".</p>";
},"3":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<p>Stretches without a sample:</p>\n<ul>"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"gaps"),{"name":"each","hash":{},"fn":container.program(4, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":7,"column":4},"end":{"line":7,"column":44}}})) != null ? stack1 : "")
    + "</ul>\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"moreGaps"),{"name":"if","hash":{},"fn":container.program(5, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":8,"column":0},"end":{"line":8,"column":55}}})) != null ? stack1 : "");
},"4":function(container,depth0,helpers,partials,data) {
    return "<li>"
    + container.escapeExpression(container.lambda(depth0, depth0))
    + "</li>";
},"5":function(container,depth0,helpers,partials,data) {
    return "<p class=\"note\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "moreGaps", {"start":{"line":8,"column":34},"end":{"line":8,"column":42}} ), depth0))
    + "</p>";
},"6":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<p>For the next capture, what decides most first:</p>\n<ol>"
    + ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(depth0,"next"),{"name":"each","hash":{},"fn":container.program(7, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":10,"column":4},"end":{"line":10,"column":113}}})) != null ? stack1 : "")
    + "</ol>";
},"7":function(container,depth0,helpers,partials,data) {
    var alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression;

  return "<li><b>"
    + alias3(alias2(alias1(depth0, "item", {"start":{"line":10,"column":27},"end":{"line":10,"column":31}} ), depth0))
    + ".</b> "
    + alias3(alias2(alias1(depth0, "how", {"start":{"line":10,"column":41},"end":{"line":10,"column":44}} ), depth0))
    + " <span class=\"note\">Would decide: "
    + alias3(alias2(alias1(depth0, "decides", {"start":{"line":10,"column":82},"end":{"line":10,"column":89}} ), depth0))
    + ".</span></li>";
},"8":function(container,depth0,helpers,partials,data) {
    return "<p class=\"lead\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "nothing", {"start":{"line":11,"column":33},"end":{"line":11,"column":40}} ), depth0))
    + "</p>";
},"9":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<table class=\"cards\">\n<caption>What could not be read, and what that costs</caption>\n<thead><tr><th scope=\"col\">Severity</th><th scope=\"col\">Where</th><th scope=\"col\">What</th><th scope=\"col\">Costs</th><th scope=\"col\">Code</th></tr></thead>\n<tbody>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"diagnostics"),{"name":"each","hash":{},"fn":container.program(10, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":17,"column":0},"end":{"line":19,"column":9}}})) != null ? stack1 : "")
    + "</tbody></table>\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"moreDiagnostics"),{"name":"if","hash":{},"fn":container.program(11, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":21,"column":0},"end":{"line":21,"column":69}}})) != null ? stack1 : "")
    + "\n";
},"10":function(container,depth0,helpers,partials,data) {
    var alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression;

  return "<tr><td data-label=\"Severity\"><span class=\"sev-"
    + alias3(alias2(alias1(depth0, "severity", {"start":{"line":18,"column":49},"end":{"line":18,"column":57}} ), depth0))
    + "\">"
    + alias3(alias2(alias1(depth0, "severity", {"start":{"line":18,"column":63},"end":{"line":18,"column":71}} ), depth0))
    + "</span></td><td class=\"w\" data-label=\"Where\">"
    + alias3(alias2(alias1(depth0, "where", {"start":{"line":18,"column":120},"end":{"line":18,"column":125}} ), depth0))
    + "</td><td class=\"w\" data-label=\"What\">"
    + alias3(alias2(alias1(depth0, "message", {"start":{"line":18,"column":166},"end":{"line":18,"column":173}} ), depth0))
    + "</td><td class=\"w\" data-label=\"Costs\">"
    + alias3(alias2(alias1(depth0, "costs", {"start":{"line":18,"column":215},"end":{"line":18,"column":220}} ), depth0))
    + "</td><td data-label=\"Code\"><code>"
    + alias3(alias2(alias1(depth0, "code", {"start":{"line":18,"column":257},"end":{"line":18,"column":261}} ), depth0))
    + "</code></td></tr>\n";
},"11":function(container,depth0,helpers,partials,data) {
    return "<p class=\"note\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "moreDiagnostics", {"start":{"line":21,"column":41},"end":{"line":21,"column":56}} ), depth0))
    + "</p>";
},"12":function(container,depth0,helpers,partials,data) {
    var alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression;

  return "<div><dt>"
    + alias3(alias2(alias1(depth0, "label", {"start":{"line":25,"column":11},"end":{"line":25,"column":16}} ), depth0))
    + "</dt><dd>"
    + alias3(alias2(alias1(depth0, "value", {"start":{"line":25,"column":29},"end":{"line":25,"column":34}} ), depth0))
    + "</dd></div>\n";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<section id=\"lacks\" aria-labelledby=\"h-lacks\">\n<h2 id=\"h-lacks\">What the capture lacks</h2>\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"absent"),{"name":"if","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":3,"column":0},"end":{"line":3,"column":63}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"partial"),{"name":"if","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":4,"column":0},"end":{"line":4,"column":68}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"present"),{"name":"if","hash":{},"fn":container.program(2, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":5,"column":0},"end":{"line":5,"column":61}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"gaps"),{"name":"if","hash":{},"fn":container.program(3, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":6,"column":0},"end":{"line":8,"column":62}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"next"),{"name":"if","hash":{},"fn":container.program(6, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":9,"column":0},"end":{"line":10,"column":125}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"nothing"),{"name":"if","hash":{},"fn":container.program(8, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":11,"column":0},"end":{"line":11,"column":53}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"diagnostics"),{"name":"if","hash":{},"fn":container.program(9, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":12,"column":0},"end":{"line":22,"column":7}}})) != null ? stack1 : "")
    + "<dl class=\"figures about\">\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"facts"),{"name":"each","hash":{},"fn":container.program(12, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":24,"column":0},"end":{"line":26,"column":9}}})) != null ? stack1 : "")
    + "</dl>\n<p class=\"note\">Keywords: "
    + container.escapeExpression(container.lambda(container.strict(depth0, "keywords", {"start":{"line":28,"column":28},"end":{"line":28,"column":36}} ), depth0))
    + "</p>\n</section>\n";
},"useData":true},
  "race": {"0":function(container,depth0,helpers,partials,data) {
    return "<p class=\"lead\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "missing", {"start":{"line":3,"column":33},"end":{"line":3,"column":40}} ), depth0))
    + "</p>";
},"1":function(container,depth0,helpers,partials,data) {
    return "<p class=\"lead\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "intro", {"start":{"line":4,"column":33},"end":{"line":4,"column":38}} ), depth0))
    + "</p>";
},"2":function(container,depth0,helpers,partials,data) {
    return "<figure><div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Chart: the whole capture\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "overview", {"start":{"line":6,"column":94},"end":{"line":6,"column":102}} ), depth0))
    + "</div></figure>\n";
},"3":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<p class=\"lead\">No event has a time on the wall clock or since boot, so nothing is drawn and the rows claim no order.</p>\n"
    + ((stack1 = container.invokePartial(lookupProperty(partials,"events"),undefined,{"name":"events","hash":{"timeHead":lookupProperty(depth0,"timeHead"),"caption":"What happened","rows":lookupProperty(depth0,"timeless")},"data":data,"helpers":helpers,"partials":partials,"decorators":container.decorators})) != null ? stack1 : "");
},"4":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression, alias4=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<div class=\"window\" id=\""
    + alias3(alias2(alias1(depth0, "id", {"start":{"line":13,"column":26},"end":{"line":13,"column":28}} ), depth0))
    + "\">\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias4,lookupProperty(depth0,"title"),{"name":"if","hash":{},"fn":container.program(5, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":14,"column":0},"end":{"line":14,"column":38}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"unless").call(alias4,lookupProperty(depth0,"single"),{"name":"unless","hash":{},"fn":container.program(6, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":15,"column":0},"end":{"line":15,"column":97}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias4,lookupProperty(depth0,"onBoot"),{"name":"if","hash":{},"fn":container.program(8, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":16,"column":0},"end":{"line":16,"column":51}}})) != null ? stack1 : "")
    + "\n<figure><div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\""
    + alias3(alias2(alias1(depth0, "label", {"start":{"line":17,"column":68},"end":{"line":17,"column":73}} ), depth0))
    + "\">"
    + alias3(alias2(alias1(depth0, "svg", {"start":{"line":17,"column":79},"end":{"line":17,"column":82}} ), depth0))
    + "</div></figure>\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias4,lookupProperty(depth0,"noLevel"),{"name":"if","hash":{},"fn":container.program(9, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":18,"column":0},"end":{"line":18,"column":53}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = container.invokePartial(lookupProperty(partials,"events"),undefined,{"name":"events","hash":{"timeHead":lookupProperty(depth0,"timeHead"),"caption":"The same events, in order","rows":lookupProperty(depth0,"rows")},"data":data,"helpers":helpers,"partials":partials,"decorators":container.decorators})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias4,lookupProperty(depth0,"more"),{"name":"if","hash":{},"fn":container.program(10, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":20,"column":0},"end":{"line":20,"column":47}}})) != null ? stack1 : "")
    + "\n</div>\n";
},"5":function(container,depth0,helpers,partials,data) {
    return "<h3>"
    + container.escapeExpression(container.lambda(container.strict(depth0, "title", {"start":{"line":14,"column":19},"end":{"line":14,"column":24}} ), depth0))
    + "</h3>";
},"6":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<ul class=\"plain\">"
    + ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(depth0,"sentences"),{"name":"each","hash":{},"fn":container.program(7, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":15,"column":36},"end":{"line":15,"column":81}}})) != null ? stack1 : "")
    + "</ul>";
},"7":function(container,depth0,helpers,partials,data) {
    return "<li>"
    + container.escapeExpression(container.lambda(depth0, depth0))
    + "</li>";
},"8":function(container,depth0,helpers,partials,data) {
    return "<p class=\"lead\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "onBoot", {"start":{"line":16,"column":32},"end":{"line":16,"column":38}} ), depth0))
    + "</p>";
},"9":function(container,depth0,helpers,partials,data) {
    return "<p class=\"lead\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "noLevel", {"start":{"line":18,"column":33},"end":{"line":18,"column":40}} ), depth0))
    + "</p>";
},"10":function(container,depth0,helpers,partials,data) {
    return "<p class=\"note\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "more", {"start":{"line":20,"column":30},"end":{"line":20,"column":34}} ), depth0))
    + "</p>";
},"11":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<h3>Further incidents</h3>\n<ul class=\"plain\">"
    + ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(depth0,"others"),{"name":"each","hash":{},"fn":container.program(7, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":25,"column":18},"end":{"line":25,"column":60}}})) != null ? stack1 : "")
    + "</ul>\n";
},"12":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<h3 id=\"what-if\">With another threshold</h3>\n<p class=\"lead\">"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(lookupProperty(depth0,"whatIf"),"many"),{"name":"if","hash":{},"fn":container.program(13, data, 0),"inverse":container.program(14, data, 0),"data":data,"loc":{"start":{"line":29,"column":16},"end":{"line":29,"column":84}}})) != null ? stack1 : "")
    + " same kubelet, replayed over the captured samples. "
    + container.escapeExpression(container.lambda(container.strict(lookupProperty(depth0,"whatIf"), "required", {"start":{"line":29,"column":137},"end":{"line":29,"column":152}} ), depth0))
    + "</p>\n<table class=\"narrow cards\"><thead><tr><th scope=\"col\" class=\"n\">Threshold</th><th scope=\"col\">Then</th><th scope=\"col\" class=\"n\">First</th></tr></thead><tbody>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(lookupProperty(depth0,"whatIf"),"rows"),{"name":"each","hash":{},"fn":container.program(15, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":31,"column":0},"end":{"line":33,"column":9}}})) != null ? stack1 : "")
    + "</tbody></table>\n";
},"13":function(container,depth0,helpers,partials,data) {
    var lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "Incident "
    + container.escapeExpression(container.lambda(container.strict(lookupProperty(depth0,"whatIf"), "number", {"start":{"line":29,"column":46},"end":{"line":29,"column":59}} ), depth0))
    + ": the";
},"14":function(container,depth0,helpers,partials,data) {
    return "The";
},"15":function(container,depth0,helpers,partials,data) {
    var alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression;

  return "<tr><td class=\"n\" data-label=\"Threshold\">"
    + alias3(alias2(alias1(depth0, "threshold", {"start":{"line":32,"column":43},"end":{"line":32,"column":52}} ), depth0))
    + "</td><td data-label=\"Then\"><span class=\"by-"
    + alias3(alias2(alias1(depth0, "actor", {"start":{"line":32,"column":99},"end":{"line":32,"column":104}} ), depth0))
    + "\">"
    + alias3(alias2(alias1(depth0, "outcome", {"start":{"line":32,"column":110},"end":{"line":32,"column":117}} ), depth0))
    + "</span></td><td class=\"n\" data-label=\"First\">"
    + alias3(alias2(alias1(depth0, "margin", {"start":{"line":32,"column":166},"end":{"line":32,"column":172}} ), depth0))
    + "</td></tr>\n";
},"16":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<details class=\"fold\"><summary>"
    + container.escapeExpression(container.lambda(container.strict(lookupProperty(depth0,"timeline"), "summary", {"start":{"line":37,"column":33},"end":{"line":37,"column":49}} ), depth0))
    + "</summary>\n"
    + ((stack1 = container.invokePartial(lookupProperty(partials,"events"),undefined,{"name":"events","hash":{"timeHead":lookupProperty(depth0,"timeHead"),"caption":lookupProperty(lookupProperty(depth0,"timeline"),"summary"),"rows":lookupProperty(lookupProperty(depth0,"timeline"),"rows")},"data":data,"helpers":helpers,"partials":partials,"decorators":container.decorators})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(lookupProperty(depth0,"timeline"),"more"),{"name":"if","hash":{},"fn":container.program(17, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":39,"column":0},"end":{"line":39,"column":65}}})) != null ? stack1 : "")
    + "\n</details>\n";
},"17":function(container,depth0,helpers,partials,data) {
    var lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<p class=\"note\">"
    + container.escapeExpression(container.lambda(container.strict(lookupProperty(depth0,"timeline"), "more", {"start":{"line":39,"column":39},"end":{"line":39,"column":52}} ), depth0))
    + "</p>";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<section id=\"race\" aria-labelledby=\"h-race\">\n<h2 id=\"h-race\">Who acted first</h2>\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"missing"),{"name":"if","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":3,"column":0},"end":{"line":3,"column":53}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"windows"),{"name":"if","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":4,"column":0},"end":{"line":4,"column":51}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"overview"),{"name":"if","hash":{},"fn":container.program(2, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":5,"column":0},"end":{"line":7,"column":7}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"timeless"),{"name":"if","hash":{},"fn":container.program(3, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":8,"column":0},"end":{"line":11,"column":7}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"windows"),{"name":"each","hash":{},"fn":container.program(4, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":12,"column":0},"end":{"line":22,"column":9}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"others"),{"name":"if","hash":{},"fn":container.program(11, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":23,"column":0},"end":{"line":26,"column":7}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"whatIf"),{"name":"if","hash":{},"fn":container.program(12, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":27,"column":0},"end":{"line":35,"column":7}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"timeline"),{"name":"if","hash":{},"fn":container.program(16, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":36,"column":0},"end":{"line":41,"column":7}}})) != null ? stack1 : "")
    + "</section>\n";
},"usePartial":true,"useData":true},
  "reclaim": {"0":function(container,depth0,helpers,partials,data) {
    return "<p class=\"lead\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "missing", {"start":{"line":3,"column":33},"end":{"line":3,"column":40}} ), depth0))
    + "</p>";
},"1":function(container,depth0,helpers,partials,data) {
    return "<p class=\"lead\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "intro", {"start":{"line":4,"column":31},"end":{"line":4,"column":36}} ), depth0))
    + "</p>";
},"2":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<table class=\"narrow cards\"><caption>Free pages of each zone against its watermarks when the kernel killed ("
    + alias3(alias2(alias1(lookupProperty(depth0,"zones"), "at", {"start":{"line":7,"column":110},"end":{"line":7,"column":118}} ), depth0))
    + " UTC)</caption><thead><tr><th scope=\"col\">Zone</th><th scope=\"col\" class=\"n\">Free</th><th scope=\"col\" class=\"n\">min</th><th scope=\"col\" class=\"n\">low</th><th scope=\"col\" class=\"n\">high</th><th scope=\"col\">Free is</th></tr></thead><tbody>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(lookupProperty(depth0,"zones"),"rows"),{"name":"each","hash":{},"fn":container.program(3, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":8,"column":0},"end":{"line":10,"column":9}}})) != null ? stack1 : "")
    + "</tbody></table>\n<p class=\"note\">From "
    + alias3(alias2(alias1(lookupProperty(depth0,"zones"), "from", {"start":{"line":12,"column":23},"end":{"line":12,"column":33}} ), depth0))
    + ". kswapd reclaims up to high; under min tasks reclaim for themselves. What a lower zone keeps back (lowmem_reserve) is free and yet not to be had by most allocations.</p>\n";
},"3":function(container,depth0,helpers,partials,data) {
    var alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression;

  return "<tr><td data-label=\"Zone\">"
    + alias3(alias2(alias1(depth0, "name", {"start":{"line":9,"column":28},"end":{"line":9,"column":32}} ), depth0))
    + "</td><td class=\"n\" data-label=\"Free\">"
    + alias3(alias2(alias1(depth0, "free", {"start":{"line":9,"column":73},"end":{"line":9,"column":77}} ), depth0))
    + "</td><td class=\"n\" data-label=\"min\">"
    + alias3(alias2(alias1(depth0, "min", {"start":{"line":9,"column":117},"end":{"line":9,"column":120}} ), depth0))
    + "</td><td class=\"n\" data-label=\"low\">"
    + alias3(alias2(alias1(depth0, "low", {"start":{"line":9,"column":160},"end":{"line":9,"column":163}} ), depth0))
    + "</td><td class=\"n\" data-label=\"high\">"
    + alias3(alias2(alias1(depth0, "high", {"start":{"line":9,"column":204},"end":{"line":9,"column":208}} ), depth0))
    + "</td><td data-label=\"Free is\">"
    + alias3(alias2(alias1(depth0, "level", {"start":{"line":9,"column":242},"end":{"line":9,"column":247}} ), depth0))
    + "</td></tr>\n";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<section id=\"reclaim\" aria-labelledby=\"h-reclaim\">\n<h2 id=\"h-reclaim\">What reclaim did</h2>\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"missing"),{"name":"if","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":3,"column":0},"end":{"line":3,"column":53}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"intro"),{"name":"if","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":4,"column":0},"end":{"line":4,"column":49}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = container.invokePartial(lookupProperty(partials,"figures"),undefined,{"name":"figures","hash":{"free":false,"key":"","figures":lookupProperty(depth0,"figures")},"data":data,"helpers":helpers,"partials":partials,"decorators":container.decorators})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"zones"),{"name":"if","hash":{},"fn":container.program(2, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":6,"column":0},"end":{"line":13,"column":7}}})) != null ? stack1 : "")
    + "</section>\n";
},"usePartial":true,"useData":true},
  "stall": {"0":function(container,depth0,helpers,partials,data) {
    return "<p class=\"lead\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "missing", {"start":{"line":3,"column":33},"end":{"line":3,"column":40}} ), depth0))
    + "</p>";
},"1":function(container,depth0,helpers,partials,data) {
    return "<p class=\"lead\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "intro", {"start":{"line":4,"column":31},"end":{"line":4,"column":36}} ), depth0))
    + " Shares of each interval, from the kernel's own totals.</p>";
},"2":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), alias2=container.strict, alias3=container.lambda, alias4=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<figure>"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"title"),{"name":"if","hash":{},"fn":container.program(3, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":6,"column":8},"end":{"line":6,"column":46}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"who"),{"name":"if","hash":{},"fn":container.program(4, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":6,"column":46},"end":{"line":6,"column":90}}})) != null ? stack1 : "")
    + "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\""
    + alias4(alias3(alias2(depth0, "label", {"start":{"line":6,"column":150},"end":{"line":6,"column":155}} ), depth0))
    + "\">"
    + alias4(alias3(alias2(depth0, "svg", {"start":{"line":6,"column":161},"end":{"line":6,"column":164}} ), depth0))
    + "</div></figure>\n";
},"3":function(container,depth0,helpers,partials,data) {
    return "<h3>"
    + container.escapeExpression(container.lambda(container.strict(depth0, "title", {"start":{"line":6,"column":27},"end":{"line":6,"column":32}} ), depth0))
    + "</h3>";
},"4":function(container,depth0,helpers,partials,data) {
    return "<p class=\"who\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "who", {"start":{"line":6,"column":74},"end":{"line":6,"column":77}} ), depth0))
    + "</p>";
},"5":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<p class=\"key\">"
    + ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(depth0,"key"),{"name":"each","hash":{},"fn":container.program(6, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":8,"column":26},"end":{"line":8,"column":70}}})) != null ? stack1 : "")
    + "</p>";
},"6":function(container,depth0,helpers,partials,data) {
    return "<span>"
    + container.escapeExpression(container.lambda(depth0, depth0))
    + "</span> ";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<section id=\"stall\" aria-labelledby=\"h-stall\">\n<h2 id=\"h-stall\">How hard "
    + container.escapeExpression(container.lambda(container.strict(depth0, "who", {"start":{"line":2,"column":28},"end":{"line":2,"column":31}} ), depth0))
    + " stalled</h2>\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"missing"),{"name":"if","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":3,"column":0},"end":{"line":3,"column":53}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"intro"),{"name":"if","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":4,"column":0},"end":{"line":4,"column":104}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"figures"),{"name":"each","hash":{},"fn":container.program(2, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":5,"column":0},"end":{"line":7,"column":9}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"key"),{"name":"if","hash":{},"fn":container.program(5, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":8,"column":0},"end":{"line":8,"column":81}}})) != null ? stack1 : "")
    + "\n</section>\n";
},"useData":true},
  "summary": {"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    return "<section id=\"ticket\" aria-labelledby=\"h-ticket\">\n<h2 id=\"h-ticket\">For the ticket</h2>\n<details class=\"fold\"><summary>The same in Markdown, to copy</summary>\n<pre id=\"markdown\" tabindex=\"0\" role=\"group\" aria-label=\"Markdown summary\">"
    + container.escapeExpression(container.lambda(container.strict(depth0, "markdown", {"start":{"line":4,"column":77},"end":{"line":4,"column":85}} ), depth0))
    + "</pre>\n</details>\n</section>\n";
},"useData":true},
  "verdict": {"0":function(container,depth0,helpers,partials,data) {
    return "<span>"
    + container.escapeExpression(container.lambda(depth0, depth0))
    + "</span> ";
},"1":function(container,depth0,helpers,partials,data) {
    return " class=\"long\"";
},"2":function(container,depth0,helpers,partials,data) {
    return " "
    + container.escapeExpression(container.lambda(container.strict(depth0, "rest", {"start":{"line":3,"column":94},"end":{"line":3,"column":98}} ), depth0));
},"3":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=container.strict, alias2=container.lambda, alias3=container.escapeExpression, alias4=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<div><dt>"
    + alias3(alias2(alias1(depth0, "label", {"start":{"line":7,"column":11},"end":{"line":7,"column":16}} ), depth0))
    + "</dt><dd><span class=\""
    + ((stack1 = lookupProperty(helpers,"if").call(alias4,lookupProperty(depth0,"known"),{"name":"if","hash":{},"fn":container.program(4, data, 0),"inverse":container.program(5, data, 0),"data":data,"loc":{"start":{"line":7,"column":40},"end":{"line":7,"column":88}}})) != null ? stack1 : "")
    + "\""
    + ((stack1 = lookupProperty(helpers,"if").call(alias4,lookupProperty(depth0,"title"),{"name":"if","hash":{},"fn":container.program(6, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":7,"column":89},"end":{"line":7,"column":127}}})) != null ? stack1 : "")
    + ">"
    + alias3(alias2(alias1(depth0, "value", {"start":{"line":7,"column":130},"end":{"line":7,"column":135}} ), depth0))
    + "</span>"
    + ((stack1 = lookupProperty(helpers,"if").call(alias4,lookupProperty(depth0,"note"),{"name":"if","hash":{},"fn":container.program(7, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":7,"column":144},"end":{"line":7,"column":187}}})) != null ? stack1 : "")
    + "</dd></div>\n";
},"4":function(container,depth0,helpers,partials,data) {
    return "figure";
},"5":function(container,depth0,helpers,partials,data) {
    return "figure unknown";
},"6":function(container,depth0,helpers,partials,data) {
    return " title=\""
    + container.escapeExpression(container.lambda(container.strict(depth0, "title", {"start":{"line":7,"column":112},"end":{"line":7,"column":117}} ), depth0))
    + "\"";
},"7":function(container,depth0,helpers,partials,data) {
    return " <small>"
    + container.escapeExpression(container.lambda(container.strict(depth0, "note", {"start":{"line":7,"column":166},"end":{"line":7,"column":170}} ), depth0))
    + "</small>";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), alias2=container.strict, alias3=container.lambda, alias4=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<header>\n<p class=\"meta\">"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"meta"),{"name":"each","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":2,"column":16},"end":{"line":2,"column":61}}})) != null ? stack1 : "")
    + "</p>\n<h1"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"long"),{"name":"if","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":3,"column":3},"end":{"line":3,"column":35}}})) != null ? stack1 : "")
    + "><span class=\"by-"
    + alias4(alias3(alias2(depth0, "actor", {"start":{"line":3,"column":54},"end":{"line":3,"column":59}} ), depth0))
    + "\">"
    + alias4(alias3(alias2(depth0, "first", {"start":{"line":3,"column":65},"end":{"line":3,"column":70}} ), depth0))
    + "</span>"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"rest"),{"name":"if","hash":{},"fn":container.program(2, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":3,"column":79},"end":{"line":3,"column":107}}})) != null ? stack1 : "")
    + "</h1>\n<p class=\"why\"><b class=\"conf-"
    + alias4(alias3(alias2(depth0, "confidenceClass", {"start":{"line":4,"column":32},"end":{"line":4,"column":47}} ), depth0))
    + "\">"
    + alias4(alias3(alias2(depth0, "confidence", {"start":{"line":4,"column":53},"end":{"line":4,"column":63}} ), depth0))
    + "</b> "
    + alias4(alias3(alias2(depth0, "reasons", {"start":{"line":4,"column":72},"end":{"line":4,"column":79}} ), depth0))
    + "</p>\n<dl class=\"facts\">\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"facts"),{"name":"each","hash":{},"fn":container.program(3, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":6,"column":0},"end":{"line":8,"column":9}}})) != null ? stack1 : "")
    + "</dl>\n</header>\n";
},"useData":true},
};
